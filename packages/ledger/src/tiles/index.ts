export { formatBundle, parseBundle } from './bundle.ts'
export { formatBundlePath, formatTilePath, parseTilePath } from './path.ts'
export { foldSlots, slotsOf, type TilePlace, type TileSlots, tileWidth, widthAt } from './place.ts'
