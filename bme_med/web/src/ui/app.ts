/** The page: four screens, and what they share. */

import { LitElement, css, html, nothing, type TemplateResult } from "lit"
import { keyed } from "lit/directives/keyed.js"
import type { Dropped, Engine, ProfileInfo, Series } from "../protocol"
import { writeRules, type Rules } from "./boxes/document"
import "./boxes/editor"
import { History } from "./boxes/history"
import "./changes"
import { sentenceOf } from "./events"
import "./intake/intake"
import { nameAll, type Root } from "./intake/roots"
import type { Lock } from "./lock"
import "./saving/saving"
import type { Options } from "./saving/job"
import { page, shared } from "./styles"

type Step = "files" | "changes" | "boxes" | "save"

const STEPS: readonly (readonly [Step, string])[] = [["files", "Files"], ["changes", "Before and after"], ["boxes", "Boxes"], ["save", "Save"]]
const DEFAULT_PROFILE = "hipaa-safe-harbor"

export class BmeApp extends LitElement {
  static override properties = {
    engine: { attribute: false }, step: { state: true }, lock: { state: true }, profiles: { state: true }, options: { state: true }, keyName: { state: true },
    roots: { state: true }, files: { state: true }, series: { state: true }, chosen: { state: true }, history: { state: true },
    busy: { state: true }, problem: { state: true }, spoken: { state: true }, isRunning: { state: true },
  }

  declare engine: Engine
  declare step: Step
  declare lock: Lock
  declare profiles: readonly ProfileInfo[]
  declare options: { readonly profile: string; readonly key: Uint8Array | null }
  declare keyName: string
  declare roots: readonly Root[]
  declare files: ReadonlyMap<string, Dropped>
  declare series: readonly Series[]
  declare chosen: string
  declare history: History<Rules>
  declare busy: string
  declare problem: string
  declare spoken: string
  declare isRunning: boolean

  private isAuditUnsaved = false
  /** Tells an answer about other files or another preset from the one that is waited for. */
  private asked = 0

  static override styles = [shared, css`
    :host { display: grid; grid-template-rows: auto auto minmax(0, 1fr); min-height: 100vh; max-width: 90rem; margin: 0 auto; padding: 1rem 1.25rem; }
    header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: baseline; justify-content: space-between; }
    h1 { margin: 0; font-size: 1.5rem; line-height: 1.2; }
    .lock { font-size: .9rem; } .lock::before { content: ""; display: inline-block; width: .7em; height: .7em; margin-right: .45em; border-radius: 50%; background: var(--skip); }
    .lock.verified { color: var(--good); } .lock.verified::before { background: var(--good); }
    .lock.failed { color: var(--bad); } .lock.failed::before { background: var(--bad); }
    nav ol { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .8rem 0 1.25rem; padding: 0; border-bottom: 2px solid var(--line); list-style: none; }
    nav button { margin-bottom: -2px; padding: .4rem .2rem; border: 0; border-bottom: 3px solid transparent; border-radius: 0; background: none; color: var(--quiet); }
    nav button[aria-current] { border-bottom-color: var(--link); color: var(--text); font-weight: 600; }
    main { min-height: 0; } main:focus { outline: none; }
    .tall { height: calc(100vh - 9rem); min-height: 34rem; }
    .said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  `]

  constructor() {
    super()
    this.step = "files"
    this.lock = { state: "starting", done: 0, total: 0, what: "" }
    this.profiles = []
    this.options = { profile: DEFAULT_PROFILE, key: null }
    this.keyName = ""
    this.busy = this.problem = this.spoken = ""
    this.isRunning = false
    this.forgetFiles()
  }

  override connectedCallback(): void {
    super.connectedCallback()
    if (page.styleSheet) document.adoptedStyleSheets = [...document.adoptedStyleSheets, page.styleSheet]
    window.addEventListener("beforeunload", event => { if (this.isRunning || this.isAuditUnsaved) event.preventDefault() })
    for (const name of ["dragover", "drop"]) window.addEventListener(name, event => event.preventDefault())
    void this.boot()
  }

  override render(): TemplateResult {
    return html`
      <header>
        <h1>bme-med</h1>
        <span class="lock ${this.lock.state}" id="lock" role="status">${this.lockWords()}</span>
      </header>
      <nav aria-label="Steps"><ol>${STEPS.map(([step, words], index) => html`<li><button
        aria-current=${this.step === step ? "step" : nothing} ?disabled=${this.isRunning || (step !== "files" && !this.files.size)}
        @click=${() => this.go(step)}>${index + 1}. ${words}</button></li>`)}</ol></nav>
      <main tabindex="-1" class=${this.step === "changes" || this.step === "boxes" ? "tall" : ""}
        @step=${(event: CustomEvent<Step>) => this.go(event.detail)} @file=${(event: CustomEvent<string>) => { this.chosen = event.detail }}
        @say=${(event: CustomEvent<string>) => { this.spoken = event.detail }}>${this.screen()}${this.saving()}</main>
      <div class="said" aria-live="polite" id="said">${this.spoken}</div>`
  }

  private screen(): TemplateResult | typeof nothing {
    switch (this.step) {
      case "files":
        return html`<bme-intake .lock=${this.lock} .profiles=${this.profiles} .profile=${this.options.profile} .series=${this.series}
          .files=${this.files.size} .busy=${this.busy} .problem=${this.problem} .keyName=${this.keyName}
          @roots=${(event: CustomEvent<readonly Root[]>) => this.take(event.detail)} @clear=${() => this.forgetFiles()}
          @problem=${(event: CustomEvent<string>) => { this.problem = event.detail }}
          @preset=${(event: CustomEvent<string>) => this.choosePreset(event.detail)}
          @key=${(event: CustomEvent<{ key: Uint8Array | null; name: string }>) => this.chooseKey(event.detail.key, event.detail.name)}></bme-intake>`
      case "changes":
        return html`<bme-changes .engine=${this.engine} .files=${this.files} .series=${this.series} .profile=${this.options.profile} .chosen=${this.chosen}></bme-changes>`
      case "boxes":
        return html`<bme-boxes .engine=${this.engine} .files=${this.files} .series=${this.series} .chosen=${this.chosen} .history=${this.history}
          @rules=${(event: CustomEvent<Rules>) => { this.history = this.history.with(event.detail) }}
          @undo=${() => { this.history = this.history.undone() }} @redo=${() => { this.history = this.history.redone() }}></bme-boxes>`
      case "save":
        return nothing
    }
  }

  /** Stays in the page with what it has done, until other files come. */
  private saving(): unknown {
    return keyed(this.files, html`<bme-saving ?hidden=${this.step !== "save"} .engine=${this.engine} .files=${[...this.files.values()]}
      .inputs=${this.roots.flatMap(root => root.handle ?? [])} .isPlaceKnown=${this.roots.every(root => !root.isFolder || root.handle !== null)}
      .options=${this.jobOptions} @unsaved=${(event: CustomEvent<boolean>) => { this.isAuditUnsaved = event.detail }}
      @running=${(event: CustomEvent<boolean>) => { this.isRunning = event.detail }}></bme-saving>`)
  }

  private get jobOptions(): Options {
    return { ...this.options, boxes: writeRules(this.history.now) }
  }

  private lockWords(): string {
    switch (this.lock.state) {
      case "starting": return this.lock.total ? `Starting: ${this.lock.what} (${this.lock.done} of ${this.lock.total})` : "Starting"
      case "verified": return "Network lock: verified"
      case "failed": return "Network lock: not proved"
    }
  }

  private async boot(): Promise<void> {
    try {
      await this.engine.start((done, total, what) => { this.lock = { state: "starting", done, total, what } })
      this.profiles = await this.engine.profiles()
      this.lock = { state: "verified" }
    } catch (error) {
      this.lock = { state: "failed", reason: sentenceOf(error) }
    }
  }

  private go(step: Step): void {
    this.step = step
    window.scrollTo(0, 0)
    void this.updateComplete.then(() => this.renderRoot.querySelector("main")?.focus({ preventScroll: true }))
  }

  private take(roots: readonly Root[]): void {
    this.problem = ""
    const all = [...this.roots, ...roots]
    try {
      const files = nameAll(all)
      if (!files.length) {
        this.problem = "There is no file in it."
        return
      }
      this.roots = all
      this.files = new Map(files.map(file => [file.name, file]))
    } catch (error) {
      this.problem = sentenceOf(error)
      return
    }
    void this.survey()
  }

  private async survey(): Promise<void> {
    if (!this.files.size) return
    this.asked += 1
    const mine = this.asked
    this.busy = "Looking at the files. Nothing is written."
    try {
      const series = await this.engine.survey([...this.files.values()], this.options.profile)
      if (mine !== this.asked) return
      this.series = series
      if (!series.some(one => one.names.includes(this.chosen))) this.chosen = series[0]?.names[0] ?? ""
      this.spoken = `${this.files.size} files found.`
    } catch (error) {
      if (mine !== this.asked) return
      this.problem = sentenceOf(error)
    }
    this.busy = ""
  }

  private choosePreset(profile: string): void {
    this.options = { ...this.options, profile }
    void this.survey()
  }

  private chooseKey(key: Uint8Array | null, name: string): void {
    this.options = { ...this.options, key }
    this.keyName = name
  }

  private forgetFiles(): void {
    this.asked += 1
    this.roots = []
    this.files = new Map()
    this.series = []
    this.chosen = ""
    this.history = History.of<Rules>([])
    this.busy = this.problem = ""
  }
}

customElements.define("bme-app", BmeApp)

/** Shows the page in `place`. */
export function show(engine: Engine, place: Element): void {
  const app = new BmeApp()
  app.engine = engine
  place.replaceChildren(app)
}
