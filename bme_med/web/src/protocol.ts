// What the page and the engine say to each other. Everything that crosses is a string, a number, a boolean, bytes or a File.
// (owned by `webengine`; change only by agreement: write the change into this file and tell it in your report)

/** One dropped file; `name` is its path as the command line would name it below INPUT, with "/" between parts. */
export interface Dropped { readonly name: string; readonly file: File }

export interface ProfileInfo { readonly name: string; readonly title: string; readonly summary: string }

/** One part of a file, before and after: `code` is X Z D K C U or "redact", `rule` the rule in its own words. */
export interface Row { readonly where: string; readonly code: string; readonly rule: string; readonly before: string; readonly after: string }

export interface Inspection {
  readonly name: string
  readonly format: string            // "DICOM", "JPEG", ...
  readonly refusal: string           // empty where the file would be written
  readonly findings: readonly string[]
  readonly rows: readonly Row[]
}

/** Files of one patient, study, series and kind, as `bme-med inspect DIR` shows them. */
export interface Series {
  readonly patient: string; readonly study: string; readonly date: string
  readonly series: string            // Series Instance UID; empty for photos
  readonly description: string; readonly kind: string
  readonly names: readonly string[]; readonly risky: number; readonly refused: number
}

/** One frame for the screen, never for output. `pixels` is RGBA, rows * columns * 4 bytes, as a viewer shows it (orientation applied). */
export interface Picture { readonly columns: number; readonly rows: number; readonly frames: number; readonly pixels: Uint8ClampedArray; readonly note: string }

export type Status = "written" | "refused" | "skipped"
export interface Outcome { readonly name: string; readonly status: Status; readonly reason: string; readonly output: string; readonly sha256: string; readonly findings: readonly string[] }

export interface Summary { readonly found: number; readonly written: number; readonly refused: number; readonly skipped: number; readonly stopped: string; readonly audit: Blob; readonly auditName: string; readonly report: Blob }

/** Where clean files go: a folder that the user picked, or a ZIP. */
export interface Sink { write(path: string, parts: readonly BlobPart[]): Promise<void>; close(): Promise<void>; abort(): Promise<void> }

export interface Engine {
  /** Boots the workers; resolves when the first one is ready. Rejects when the network lock cannot be proved. */
  start(onProgress: (done: number, total: number, what: string) => void): Promise<void>
  profiles(): Promise<readonly ProfileInfo[]>
  /** The folder as a whole: per patient, study, series and kind. */
  survey(files: readonly Dropped[], profile: string): Promise<readonly Series[]>
  inspect(file: Dropped, profile: string): Promise<Inspection>
  /** `frame` counts from 1, as in a boxes file. */
  preview(file: Dropped, frame: number): Promise<Picture>
  /** The boxes file of the command line (docs: `bme-med boxes schema`); throws with the sentence for the user. */
  checkBoxes(json: string): Promise<void>
  /** The main job. `key` has 32 bytes, or is null for a random one that is forgotten; `boxes` is "" where nothing was drawn; `earlier` is the audit of a
   *  try that stopped, which is gone on with under the same profile, key and boxes: `files` are all of them again, and those that stand in it are not done again.
   *  `sink` is only written to: who made it closes or aborts it, once this has settled.
   *  Where `signal` aborts or a file cannot be written, this settles with a Summary whose `stopped` says so; it rejects for usage errors, before anything is written. */
  run(files: readonly Dropped[], options: { readonly profile: string; readonly key: Uint8Array | null; readonly boxes: string; readonly earlier: Blob | null }, sink: Sink,
      onOutcome: (outcome: Outcome, done: number, total: number) => void, signal: AbortSignal): Promise<Summary>
  stop(): void
}
