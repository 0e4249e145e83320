package record

// The words of aliases. Those of a run are kept in its run.msgpack, so the
// lists may change. Each is kind or neutral by itself and beside any other.

const adjectives = `
able airy alert amber apt arctic autumn azure balmy beaming blithe bold
bonny bright brisk broad bronze bubbly calm candid careful cedar cheerful
chief chilly chirpy civic civil classic clean clear clever cloudy coastal
comfy cool copper coral cordial cosmic cozy crafty crimson crisp curious
daily dainty dapper daring dashing dawn deep deft devoted dewy distant
dotted dreamy eager early earnest earthy eastern elder elegant emerald
endless even evening ever exact fabled fair famous fancy far fast fearless
festive fiery fine first fleet floral fluent flying fond formal frank free
fresh friendly frosty full gallant general gentle genuine giant gifted
gilded glad gleaming global golden good graceful grand grassy grateful
great green handy happy hardy hearty helpful hidden high honest hopeful
humble ideal indigo inland ivory jade jaunty jolly joyful joyous jubilant
keen kind kindred lasting lavender lawful leafy level light likely lively
local lofty loyal lucid lucky lunar lush major marble marine maroon mellow
merry mighty mild mindful minty misty modern modest morning mossy musical
natural neat new nimble noble northern novel oaken oceanic olive open
orange orderly organic patient peaceful peachy pearly peppy placid plain
playful pleasant plucky poetic polar polished polite precise prime proper
proud prudent pure quaint quick quiet radiant rainy rapid rare ready real
regal rich robust rosy round royal rugged rural rustic sage sandy sapphire`

const nouns = `
acorn alcove almond alpine anchor apple apricot arbor arch aspen aster
atlas atoll aurora badge bagel balcony bamboo banjo barley basil basin
basket bay beacon beech bell berry birch blossom bluff boat bonfire book
bough boulder bramble branch breeze bridge brook button cabin cactus canal
candle canoe canopy canvas canyon cape carrot cascade castle cello chalk
chapel cherry chestnut chime citrus clay cliff cloud clover coast cobble
comet compass cottage cove crater creek crest crocus crystal current
cypress dahlia daisy dale delta desert dew dome drum dune easel eclipse elm
ember fable falls feather fennel fern festival fiddle field fig fjord flame
flint flute forest fossil fountain galaxy gallery garden garnet gate geyser
ginger glacier glade glen gorge granite grove gulf hamlet harbor harp
harvest haven hazel heath heather hedge hill hollow horizon iceberg inlet
iris island isle ivy jasmine jetty jigsaw juniper kayak kettle kite lagoon
lake lamp lantern larch laurel leaf ledge lemon library lilac lily lime
linden lodge lotus lute magnolia mallow mango manor maple marsh meadow
melody melon mesa meteor mill mint mirror moon moss mountain mulberry
nebula nectar nutmeg oak oasis oat ocean opal orbit orchard orchid oregano
paddle palm papaya parsley pasture path peach peak pear pebble peony pepper
piano pier pine pixel planet plateau plaza plum pollen pond poplar poppy
prairie prism pumpkin quarry quartz quay quill quilt raft rain rainbow
rapids reed reef ridge ripple river rocket rose rowan saffron sail satin`
