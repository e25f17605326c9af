import { kindWords } from '../../lib/evidence/contradiction.ts'
import type { ProofMark, RowProof } from './row-proof.ts'

const glyphs: Readonly<Record<ProofMark, readonly [glyph: string, word: string, colour: string]>> = {
  proven: ['✓', 'proven', 'text-proven'],
  pending: ['…', 'pending', 'text-muted'],
  unproven: ['?', 'not proven', 'text-waiting'],
  contradicted: ['✕', 'CONTRADICTED', 'text-failed font-semibold'],
}

/** LOOK "Status language": shape, word and colour. Before anything was checked it is pending. */
export function ProofGlyph({ proof }: { proof: RowProof | undefined }) {
  const [glyph, word, colour] = glyphs[proof?.mark ?? 'pending']
  return (
    <span className={`inline-flex items-baseline gap-1.5 whitespace-nowrap ${colour}`} title={whyOf(proof)}>
      <span aria-hidden="true" className="inline-block w-3 text-center">
        {glyph}
      </span>
      {word}
    </span>
  )
}

function whyOf(proof: RowProof | undefined): string {
  const first = proof?.contradictions[0]
  if (first !== undefined) return `${kindWords[first.kind]}: ${first.detail}`
  if (proof?.mark === 'proven') return 'Checked by this browser against a signed checkpoint'
  if (proof?.mark === 'unproven') return 'A checkpoint covers it, but the server gave no proof'
  return 'No checkpoint that this browser checked covers it yet'
}
