import { Command } from '../../ui/command.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { Section } from '../../ui/section.tsx'
import { AskAgain } from './ask-again.tsx'
import { readinessSentence } from './health-sentence.ts'
import { probeCommand } from './probe-command.ts'
import { ProbeSection } from './probe-section.tsx'
import { readReadiness } from './read-health.ts'
import { SeeMore } from './see-more.tsx'

/** Can the control plane do its work? Drawn on the server from /readyz; needs no script. */
export async function ReadinessPage() {
  const { ready, reader, askedAt } = await readReadiness()
  const sentence = readinessSentence(ready)
  return (
    <>
      <PageHead title="Readiness" lead={sentence.text}>
        <AskAgain verdict={sentence.verdict} askedAt={askedAt} href="/readiness" />
      </PageHead>
      <ProbeSection label="Checks" aside="Can it do its work?" answer={ready} />
      <SeeMore answer={ready} reader={reader} />
      <Section label="Elsewhere">
        <div className="max-w-3xl px-4 py-2.5">
          <p className="mb-2">
            Kubernetes and uptime monitors ask <code>/readyz</code>: 200 when ready, 503 when not.{' '}
            <a href="/health">Health</a> shows the process and the machines.
          </p>
          <Command text={await probeCommand('/readyz?verbose')} label="the probe as curl" />
        </div>
      </Section>
    </>
  )
}
