// Vercel's Hono builder wants a committed .mjs entry: with TypeScript 7 it cannot compile one of its own choice.
import { createEdgeApp } from './src/edge.ts'

export default await createEdgeApp(process.env)
