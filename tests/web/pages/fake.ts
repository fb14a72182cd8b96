/** The screens with an engine that answers at once: what they do with its answers is tested here, not the answers. */

import type { Dropped, Engine, Inspection, Outcome, Picture, Row, Series, Sink, Summary } from "../../../bme_med/web/src/protocol"
import { show } from "../../../bme_med/web/src/ui/app"

const ROWS = 10_000
const CODES = ["K", "X", "Z", "D", "C", "U"]

/** What a test sets, and reads. */
interface Wishes { unlocked: boolean; stopAt: number; slow: number; runs: { key: string; boxes: string; earlier: string; names: readonly string[] }[] }

const wishes: Wishes = { unlocked: location.hash === "#unlocked", stopAt: 0, slow: 0, runs: [] }
Object.assign(globalThis, { wishes })

const seriesOf = (name: string): string => (name.endsWith(".dcm") ? "1.2.3" : "")

class Fake implements Engine {
  async start(onProgress: (done: number, total: number, what: string) => void): Promise<void> {
    onProgress(1, 2, "the engine")
    if (wishes.unlocked) throw new Error("the network lock of this page is not in force")
  }

  async profiles() {
    return ["hipaa-safe-harbor", "ps315-basic"].map(name => ({ name, title: `Title of ${name}`, summary: "What it does." }))
  }

  async survey(files: readonly Dropped[]): Promise<readonly Series[]> {
    const of = (series: string): Series => ({
      patient: series && "P1", study: series && "1.2", date: series && "20240314", series, description: "", kind: series ? "CT image" : "jpeg file",
      names: files.map(one => one.name).filter(name => seriesOf(name) === series), risky: 0, refused: 0,
    })
    return [of("1.2.3"), of("")].filter(one => one.names.length)
  }

  async inspect(file: Dropped, profile: string): Promise<Inspection> {
    const rows = Array.from({ length: ROWS }, (_, index): Row => {
      const code = CODES[index % CODES.length] ?? "K"
      return { where: `(0010,${index.toString(16).padStart(4, "0")}) Part${index}`, code, rule: `rule ${index} of ${profile}`, before: `before ${index}`, after: code === "X" ? "" : `after ${index}` }
    })
    return { name: file.name, format: "DICOM", refusal: file.name.includes("refused") ? "it is damaged" : "", findings: ["burned-in text was not looked for"], rows }
  }

  async preview(file: Dropped, frame: number): Promise<Picture> {
    if (file.name.includes("refused")) throw new Error("it is damaged")
    const [columns, rows] = [320, 200]
    const pixels = new Uint8ClampedArray(columns * rows * 4).fill(255)
    for (let at = 0; at < pixels.length; at += 4) pixels.fill((at / 4 + frame * 40) % 200, at, at + 3)
    return { columns, rows, frames: seriesOf(file.name) ? 3 : 1, pixels, note: "" }
  }

  async checkBoxes(json: string): Promise<void> {
    if (!json.includes('"files"')) throw new Error("expected an object with a list files")
  }

  async run(files: readonly Dropped[], options: Parameters<Engine["run"]>[1], sink: Sink, onOutcome: Parameters<Engine["run"]>[3], signal: AbortSignal): Promise<Summary> {
    const key = [...options.key ?? []].join()
    const earlier = await options.earlier?.text() ?? ""
    wishes.runs.push({ key, boxes: options.boxes, earlier, names: files.map(one => one.name) })
    const finished = earlier.split("\n").filter(name => name !== "")
    let done = finished.length
    let stopped = ""
    for (const { name, file } of files.filter(one => !finished.includes(one.name))) {
      if (wishes.slow) await new Promise(go => setTimeout(go, wishes.slow))
      if (signal.aborted) stopped = "it was stopped"
      if (wishes.stopAt && done >= wishes.stopAt) stopped = "the disk is full"
      if (stopped) break
      done += 1
      onOutcome(await this.one(name, file, sink), done, files.length)
      finished.push(name)
    }
    wishes.stopAt = 0
    return { found: files.length, written: done, refused: 0, skipped: 0, stopped, audit: new Blob([finished.join("\n")]), auditName: "clean.audit.jsonl", report: new Blob(["<html>"]) }
  }

  private async one(name: string, file: File, sink: Sink): Promise<Outcome> {
    const base = { name, output: `out/${name}`, sha256: "", findings: ["burned-in text was not looked for"] }
    if (name.includes("refused")) return { ...base, status: "refused", reason: "it is damaged: copy it again", findings: [] }
    await sink.write(`out/${name}`, ["clean ", file])
    return { ...base, status: "written", reason: "" }
  }

  stop(): void {}
}

show(new Fake(), document.querySelector("main")!)
