import { PageHead } from '../../ui/page-head.tsx'
import { Section } from '../../ui/section.tsx'
import { AskAgain } from './ask-again.tsx'
import { type Coverage, healthSentence } from './health-sentence.ts'
import { MachineCoverage } from './machine-coverage.tsx'
import { ProbeSection } from './probe-section.tsx'
import { type Health, readHealth } from './read-health.ts'
import { SeeMore } from './see-more.tsx'

/** Is everything that should report there? Drawn on the server; needs no script. */
export async function HealthPage({ workspace }: { workspace: string | null }) {
  const health = await readHealth(workspace)
  const coverage = coverageOf(health.machines)
  const sentence = healthSentence(health.live, health.ready, coverage)
  const again = workspace === null ? '/health' : `/health?workspace=${encodeURIComponent(workspace)}`
  return (
    <>
      <PageHead title="Health" lead={sentence.text}>
        <AskAgain verdict={sentence.verdict} askedAt={health.askedAt} href={again} />
      </PageHead>
      <ProbeSection label="Process" aside="Is it alive?" answer={health.live} />
      <ProbeSection label="Readiness" aside="Can it work?" answer={health.ready} />
      {health.reader === 'signed-in' && <Machines machines={health.machines} coverage={coverage} />}
      <SeeMore answer={health.ready} reader={health.reader} />
    </>
  )
}

function coverageOf(machines: Health['machines']): Coverage | null {
  if (machines === null) return null
  return { reporting: machines.filter((machine) => machine.reporting).length, known: machines.length }
}

function Machines({ machines, coverage }: Pick<Health, 'machines'> & { coverage: Coverage | null }) {
  const aside = coverage === null ? undefined : `${coverage.reporting} of ${coverage.known} report`
  return (
    <Section label="Machines" aside={aside}>
      {machines === null ? (
        <p className="px-4 py-2.5">The list of machines could not be read.</p>
      ) : machines.length === 0 ? (
        <p className="px-4 py-2.5">
          No machine has reported. Start a daemon with <code>npx watchbill start</code>.
        </p>
      ) : (
        <MachineCoverage machines={machines} />
      )}
    </Section>
  )
}
