// The points of charts: fetched a few lines at a time, and read from their binary
// form (package plot, wire.go).
"use strict";
{
	const together = 6; // as many as a browser opens connections to one host
	const waiting = [];
	let busy = 0;

	// turn waits until few enough others fetch, and gives what ends the turn.
	function turn() {
		return new Promise((resolve) => {
			waiting.push(resolve);
			next();
		});
	}
	function next() {
		if (busy >= together || waiting.length === 0) return;
		busy++;
		waiting.shift()(() => { busy--; next(); });
	}

	// column is a column of a line as uPlot takes it: there only null is a gap, NaN
	// is bridged and an infinity leaves a chart blank.
	function column(buffer, offset, count, gaps) {
		const values = new Float64Array(buffer, offset, count);
		return gaps ? Array.from(values, (v) => (Number.isFinite(v) ? v : null)) : values;
	}

	// decode reads a line: x, y, smooth (null: none), and marks, the places of what
	// is no number: [x, -1 | 0 | 1] for -Inf, NaN and +Inf.
	function decode(buffer) {
		const head = new DataView(buffer);
		const count = head.getUint32(0, true);
		const flags = head.getUint32(4, true);
		const smooth = (flags & 1) !== 0, gaps = (flags & 2) !== 0;
		const x = new Float64Array(buffer, 8, count);
		const marks = [];
		if (gaps) {
			const y = new Float64Array(buffer, 8 + 8 * count, count);
			for (let i = 0; i < count; i++) {
				if (!Number.isFinite(y[i])) marks.push([x[i], y[i] > 0 ? 1 : y[i] < 0 ? -1 : 0]);
			}
		}
		return {
			x,
			y: column(buffer, 8 + 8 * count, count, gaps),
			smooth: smooth ? column(buffer, 8 + 16 * count, count, gaps) : null,
			marks,
		};
	}

	// fetchLine gives a line with what the server says of it, null where the run has
	// no scalar of that name.
	async function fetchLine(url, signal) {
		const done = await turn();
		try {
			if (signal.aborted) throw signal.reason;
			const answer = await fetch(url, { signal });
			if (answer.status === 204) return null;
			if (!answer.ok) throw new Error("the server answered " + answer.status);
			const line = decode(await answer.arrayBuffer());
			line.said = JSON.parse(answer.headers.get("Exprec-Line"));
			return line;
		} finally {
			done();
		}
	}

	// nearest is the index of the point whose x is nearest, -1 where there is none.
	function nearest(x, at) {
		let lo = 0, hi = x.length - 1;
		if (hi < 0) return -1;
		while (hi - lo > 1) {
			const middle = (lo + hi) >> 1;
			if (x[middle] < at) lo = middle; else hi = middle;
		}
		return at - x[lo] <= x[hi] - at ? lo : hi;
	}

	// nearestValue is the same of those points that have a value.
	function nearestValue(line, at) {
		const i = nearest(line.x, at);
		if (i < 0 || line.y[i] != null) return i;
		for (let d = 1; d < line.x.length; d++) {
			if (line.y[i - d] != null) return i - d;
			if (line.y[i + d] != null) return i + d;
		}
		return -1;
	}

	window.exprec.lines = { fetchLine, decode, nearest, nearestValue };
}
