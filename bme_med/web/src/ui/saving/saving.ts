/** The fourth screen: where clean files go, how far it is, and what came of it. */

import { LitElement, css, html, nothing, type TemplateResult } from "lit"
import type { Dropped, Engine } from "../../protocol"
import { download } from "../download"
import { count, say, sentenceOf, tell } from "../events"
import { shared } from "../styles"
import { Job, type Options } from "./job"
import { newFolder, PlaceError } from "./places"
import "./result"
import { FolderSink, writeFile, ZipSink } from "./sinks"

export class BmeSaving extends LitElement {
  static override properties = {
    engine: { attribute: false }, files: { attribute: false }, inputs: { attribute: false }, isPlaceKnown: { type: Boolean }, options: { attribute: false }, title: {},
    job: { state: true }, problem: { state: true }, place: { state: true },
  }

  declare engine: Engine
  declare files: readonly Dropped[]
  declare inputs: readonly FileSystemHandle[]
  /** Whether the browser tells where each folder of the input lies. */
  declare isPlaceKnown: boolean
  declare options: Options
  declare job: Job | null
  declare problem: string
  /** Where the files of this job go, in words. */
  declare place: string

  private folder: { readonly parent: FileSystemDirectoryHandle; readonly out: FileSystemDirectoryHandle } | null = null
  private zips = 0
  private spoken = 0

  static override styles = [shared, css`
    :host { display: block; }
    .ways { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1rem; margin: 1rem 0; max-width: 60rem; }
    .ways > div { padding: 1rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--card); }
    .counts { font-variant-numeric: tabular-nums; }
  `]

  constructor() {
    super()
    this.job = null
    this.problem = ""
    this.place = ""
  }

  override render(): TemplateResult {
    return html`
      <h2>Save all</h2>
      ${this.problem ? html`<div class="note bad" role="alert"><strong>It did not start</strong><p>${this.problem}</p></div>` : nothing}
      ${this.job ? this.progress(this.job) : this.ways()}
      ${this.job?.summary && this.job.state !== "running" ? html`<bme-result .job=${this.job} .place=${this.place}
        @kept=${() => tell(this, "unsaved", false)}></bme-result>` : nothing}
      ${this.job?.state === "running" ? nothing : html`<p class="row">
        <button @click=${() => tell(this, "step", "boxes")}>Back</button>
        ${this.job ? html`<button id="again" @click=${this.restart}>Save again, elsewhere</button>` : nothing}</p>`}`
  }

  private ways(): TemplateResult {
    const can = window.showDirectoryPicker !== undefined && this.isPlaceKnown
    return html`
      <p>${count(this.files.length, "file")}. What cannot be cleaned with certainty is refused, with a reason, and the rest goes on.</p>
      <div class="ways">
        <div>
          <h3>Into a new folder</h3>
          <p class="quiet small">${can ? "Choose where: a new folder is made there, and audit and report beside it. Browsers refuse Downloads, Documents and whole drives themselves: choose a folder in them."
            : window.showDirectoryPicker ? "The browser does not tell where the input lies, so that files could come among the originals: save a ZIP."
            : "This browser cannot write into folders. Chrome and Edge can."}</p>
          <button class="main" id="save-folder" ?disabled=${!can} @click=${this.saveFolder}>Choose where to save</button>
        </div>
        <div>
          <h3>As a ZIP</h3>
          <p class="quiet small">One file, packed without compression, and downloaded when it is whole. For more than a few gigabytes a folder is better.</p>
          <button class=${can ? "" : "main"} id="save-zip" @click=${this.saveZip}>Save as a ZIP</button>
        </div>
      </div>`
  }

  private progress(job: Job): TemplateResult {
    const isRunning = job.state === "running"
    return html`
      ${isRunning ? html`
        <p class="counts" id="progress">${job.done.toLocaleString("en")} of ${count(job.total, "file")}: ${job.count("written").toLocaleString("en")} written,
          ${job.count("refused").toLocaleString("en")} refused, ${job.count("skipped").toLocaleString("en")} skipped.</p>
        <progress aria-label="Files done" max=${job.total} .value=${job.done}></progress>
        <p class="quiet small">Leave this tab open. Every file that is written is whole.</p>
        <button id="cancel" @click=${() => job.cancel()}>Stop</button>` : nothing}
      ${job.state === "stopped" ? html`<button class="main" id="on" @click=${this.goOn}>Go on</button>` : nothing}`
  }

  private readonly saveFolder = async (): Promise<void> => {
    this.problem = ""
    try {
      const parent = await window.showDirectoryPicker!({ id: "bme-med-output", mode: "readwrite" })
      this.folder = { parent, out: await newFolder(parent, this.inputs) }
      this.place = `the new folder “${this.folder.out.name}” in “${parent.name}”`
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return
      this.problem = error instanceof PlaceError ? error.message : `The folder cannot be written to: ${sentenceOf(error)}`
      return
    }
    await this.start()
  }

  private readonly saveZip = async (): Promise<void> => {
    this.problem = ""
    this.folder = null
    this.zips = 0
    this.place = "the ZIP that the browser saved"
    await this.start()
  }

  private async start(): Promise<void> {
    this.spoken = 0
    this.job = new Job(this.engine, this.files, this.options, () => this.advanced())
    await this.goOn()
  }

  private readonly goOn = async (): Promise<void> => {
    const job = this.job
    if (!job) return
    this.problem = ""
    tell(this, "running", true)
    try {
      if (this.folder) await this.intoFolder(job, this.folder.parent, this.folder.out)
      else await this.intoZip(job)
      say(this, job.state === "complete" ? "All files are done." : "Stopped.")
    } catch (error) {
      this.problem = sentenceOf(error)
      if (!job.summary) this.job = null
    }
    tell(this, "running", false)
  }

  private async intoFolder(job: Job, parent: FileSystemDirectoryHandle, out: FileSystemDirectoryHandle): Promise<void> {
    await job.run(new FolderSink(out))
    if (!job.summary) return
    await writeFile(parent, `${out.name}.audit.jsonl`, job.summary.audit)
    await writeFile(parent, `${out.name}.report.html`, job.summary.report)
  }

  /** A ZIP that was stopped holds what was written until then, and the next one the rest. */
  private async intoZip(job: Job): Promise<void> {
    const sink = new ZipSink()
    const before = job.count("written")
    try {
      await job.run(sink)
    } finally {
      await sink.close()
    }
    if (job.count("written") === before) return
    this.zips += 1
    tell(this, "unsaved", true)
    download(await sink.zip, this.zips === 1 ? "deidentified.zip" : `deidentified-${this.zips}.zip`)
  }

  private readonly restart = (): void => {
    this.job?.forget()
    this.job = null
    this.problem = ""
  }

  private advanced(): void {
    this.requestUpdate()
    const tenth = this.job ? Math.floor((10 * this.job.done) / Math.max(1, this.job.total)) : 0
    if (tenth <= this.spoken || this.job?.state !== "running") return
    this.spoken = tenth
    say(this, `${tenth * 10} percent done.`)
  }
}

customElements.define("bme-saving", BmeSaving)
