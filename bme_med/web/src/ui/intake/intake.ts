/** The first screen: files come in, what they are is shown, and a preset is chosen. */

import { LitElement, css, html, nothing, type TemplateResult } from "lit"
import type { ProfileInfo, Series } from "../../protocol"
import { sentenceOf, tell } from "../events"
import type { Lock } from "../lock"
import { shared } from "../styles"
import { fromDrop, fromHandle, fromInput, IntakeError, type Root } from "./roots"
import "./presets"
import "./survey"

export class BmeIntake extends LitElement {
  static override properties = {
    lock: { attribute: false }, profiles: { attribute: false }, profile: {}, series: { attribute: false },
    files: { type: Number }, busy: {}, problem: {}, keyName: {}, over: { state: true },
  }

  declare lock: Lock
  declare profiles: readonly ProfileInfo[]
  declare profile: string
  declare series: readonly Series[]
  declare files: number
  declare busy: string
  declare problem: string
  declare keyName: string
  declare over: boolean

  static override styles = [shared, css`
    :host { display: block; }
    .drop {
      display: grid; gap: .5rem; justify-items: center; padding: 2.5rem 1rem; border: 2px dashed var(--edge); border-radius: .5rem;
      background: var(--card); text-align: center;
    }
    .drop.over { border-style: solid; border-color: var(--link); }
    .drop.small { padding: 1rem; }
    .drop strong { font-size: 1.15rem; }
    .row { justify-content: center; }
    .columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(16rem, 24rem); gap: 2rem; margin-top: 1.75rem; align-items: start; }
    @media (max-width: 60rem) { .columns { grid-template-columns: minmax(0, 1fr); } }
    .next { margin-top: 1.5rem; }
  `]

  constructor() {
    super()
    this.over = false
  }

  override render(): TemplateResult {
    const isReady = this.lock.state === "verified"
    return html`
      <h2>Files and preset</h2>
      ${this.lock.state === "failed" ? this.refusal(this.lock.reason) : nothing}
      <div class="drop ${this.over ? "over" : ""} ${this.files ? "small" : ""}" id="drop"
           @dragover=${this.dragged} @dragleave=${() => { this.over = false }} @drop=${this.dropped}>
        <strong>${isReady ? "Drop a folder or files here" : "Please wait until the engine has started"}</strong>
        <span class="quiet">They are read where they lie, and never changed. This page cannot send anything.</span>
        <div class="row">
          <button id="folder" ?disabled=${!isReady} @click=${this.pickFolder}>Choose a folder</button>
          <button id="files" ?disabled=${!isReady} @click=${() => this.input("some").click()}>Choose files</button>
          ${this.files ? html`<button id="clear" @click=${() => tell(this, "clear", null)}>Start over</button>` : nothing}
        </div>
        <input id="all" type="file" webkitdirectory hidden aria-label="A folder" @change=${this.picked}>
        <input id="some" type="file" multiple hidden aria-label="Files" @change=${this.picked}>
      </div>
      ${this.problem ? html`<div class="note bad" role="alert"><strong>Nothing was taken</strong><p>${this.problem}</p></div>` : nothing}
      ${this.busy ? html`<p class="quiet">${this.busy}</p>` : nothing}
      <div class="columns">
        <bme-survey .series=${this.series} .files=${this.files} .busy=${this.busy !== ""}></bme-survey>
        <bme-presets .profiles=${this.profiles} .profile=${this.profile} .keyName=${this.keyName}></bme-presets>
      </div>
      ${this.files ? html`<p class="next"><button class="main" id="next" @click=${() => tell(this, "step", "changes")}>
        Look at what changes</button></p>` : nothing}`
  }

  private refusal(reason: string): TemplateResult {
    return html`<div class="note bad" role="alert"><strong>The network lock could not be proved, so no file is taken</strong>
      <p>${reason}</p></div>`
  }

  private readonly dragged = (event: DragEvent): void => {
    event.preventDefault()
    this.over = this.lock.state === "verified"
    if (event.dataTransfer) event.dataTransfer.dropEffect = this.over ? "copy" : "none"
  }

  private readonly dropped = (event: DragEvent): void => {
    event.preventDefault()
    this.over = false
    if (event.dataTransfer && this.lock.state === "verified") void this.take(fromDrop(event.dataTransfer))
  }

  private readonly picked = (event: Event): void => {
    const input = event.currentTarget as HTMLInputElement
    if (input.files && this.lock.state === "verified") void this.take(Promise.resolve(fromInput(input.files)))
    input.value = ""
  }

  private readonly pickFolder = (): void => {
    if (!window.showDirectoryPicker) {
      this.input("all").click()
      return
    }
    const picked = window.showDirectoryPicker({ id: "bme-med-input", mode: "read" })
    void this.take(picked.then(async handle => [await fromHandle(handle)]))
  }

  private async take(roots: Promise<readonly Root[]>): Promise<void> {
    try {
      tell(this, "roots", await roots)
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return
      tell(this, "problem", error instanceof IntakeError ? error.message : `The browser did not give the files: ${sentenceOf(error)}`)
    }
  }

  private input(id: string): HTMLInputElement {
    return this.renderRoot.querySelector<HTMLInputElement>(`#${id}`)!
  }
}

customElements.define("bme-intake", BmeIntake)
