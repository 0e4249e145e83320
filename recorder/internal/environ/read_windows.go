package environ

// noWait is not needed here.
const noWait = 0
