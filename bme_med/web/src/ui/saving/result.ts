/** What came of a job: counts, what was refused and why, and the audit and the report to keep. */

import { LitElement, css, html, nothing, type TemplateResult } from "lit"
import type { Outcome, Summary } from "../../protocol"
import { download } from "../download"
import { count, tell } from "../events"
import { shared } from "../styles"
import type { Job } from "./job"

/** So many files of one reason are named; the audit names all. */
const NAMED = 200

export class BmeResult extends LitElement {
  static override properties = { job: { attribute: false }, place: {} }

  declare job: Job
  declare place: string

  static override styles = [shared, css`
    :host { display: block; max-width: 60rem; }
    .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1rem 0; padding: 0; list-style: none; }
    .tiles li { padding: .7rem 1rem; border-top: .25rem solid var(--line); background: var(--card); }
    .tiles b { display: block; font-size: 1.6rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
    .tiles .written { border-color: var(--good); } .tiles .refused { border-color: var(--bad); } .tiles .skipped { border-color: var(--skip); }
    details { margin: .4rem 0; }
    details ul { max-height: 16rem; overflow: auto; margin: .3rem 0 .6rem; padding-left: 1.4rem; }
  `]

  override render(): TemplateResult | typeof nothing {
    const { job } = this
    if (!job.summary) return nothing
    return html`
      ${this.verdict(job.summary)}
      <ul class="tiles">
        <li><b>${job.total.toLocaleString("en")}</b>found</li>
        ${(["written", "refused", "skipped"] as const).map(status => html`<li class=${status}><b>${job.count(status).toLocaleString("en")}</b>${status}</li>`)}
      </ul>
      <div class="row">
        <button id="audit" @click=${() => this.keepAudit(job.summary!)}>Save the audit</button>
        <button id="report" @click=${() => download(job.summary!.report, "report.html")}>Save the report</button>
      </div>
      <p class="quiet small">The audit names the sources: keep it to yourself. The report tells nothing of them, and can go with the files.</p>
      ${this.reasons("Refused: nothing of these was written", "refused")}
      ${this.reasons("Skipped", "skipped")}
      ${this.findings()}`
  }

  private verdict(summary: Summary): TemplateResult {
    if (summary.stopped) {
      return html`<div class="note bad"><strong>It stopped early</strong><p>${summary.stopped}</p>
        <p>What was written until then is whole, in ${this.place}. “Go on” does the rest with the same key.</p></div>`
    }
    const refused = this.job.count("refused")
    return html`<div class="note ${refused ? "warn" : "good"}">
      <strong>${refused ? "Done, but some files were refused" : "Everything was done"}</strong>
      <p>The clean files are in ${this.place}. Look at the pictures yourself: no program sees all that a person sees.</p></div>`
  }

  private reasons(title: string, status: Outcome["status"]): TemplateResult | typeof nothing {
    const groups = grouped([...this.job.outcomes.values()].filter(one => one.status === status), one => [one.reason])
    return groups.length ? this.list(title, groups) : nothing
  }

  private findings(): TemplateResult | typeof nothing {
    const groups = grouped([...this.job.outcomes.values()].filter(one => one.status === "written"), one => one.findings)
    return groups.length ? this.list("Please know", groups) : nothing
  }

  private list(title: string, groups: readonly (readonly [string, readonly string[]])[]): TemplateResult {
    return html`<h3>${title}</h3>${groups.map(([reason, names]) => html`<details>
      <summary>${count(names.length, "file")}: ${reason}</summary>
      <ul class="path">${names.slice(0, NAMED).map(name => html`<li>${name}</li>`)}</ul>
      ${names.length > NAMED ? html`<p class="quiet small">The audit names the other ${names.length - NAMED}.</p>` : nothing}
    </details>`)}`
  }

  private keepAudit(summary: Summary): void {
    download(summary.audit, summary.auditName)
    tell(this, "kept", null)
  }
}

/** Files by what is said of them, the most frequent first. */
function grouped(outcomes: readonly Outcome[], said: (one: Outcome) => readonly string[]): readonly (readonly [string, readonly string[]])[] {
  const groups = new Map<string, string[]>()
  for (const one of outcomes) {
    for (const words of said(one)) {
      const known = groups.get(words)
      if (known) known.push(one.name)
      else groups.set(words, [one.name])
    }
  }
  return [...groups].sort((one, other) => other[1].length - one[1].length)
}

customElements.define("bme-result", BmeResult)
