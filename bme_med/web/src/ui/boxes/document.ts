/** The boxes file of the command line, which is all that the editor changes: rules, and which files they are for. */

import { regionOf, type Numbers, type Region, type Size } from "./geometry"

export interface Box extends Numbers { readonly frames?: number | string }

export interface Rule {
  readonly name?: string
  readonly match?: Readonly<Record<string, string | number>>
  readonly boxes: readonly Box[]
}

export type Rules = readonly Rule[]

/** What a box that is drawn here is for: one file, or all instances of a series. */
export type Target = { readonly kind: "file"; readonly name: string } | { readonly kind: "series"; readonly uid: string }

/** Where a box stands in the document. */
export interface Place { readonly rule: number; readonly box: number }

/** A box as it lies in one file. */
export interface Placed { readonly place: Place; readonly box: Box; readonly region: Region; readonly target: Target }

const PATH = "path"
const SERIES = "SeriesInstanceUID"

/** The rules in `text`, which the engine has checked. */
export function readRules(text: string): Rules {
  const document = JSON.parse(text) as { readonly files: Rules }
  return document.files
}

/** A boxes file, or nothing where there is no box. */
export function writeRules(rules: Rules): string {
  return rules.length ? `${JSON.stringify({ files: rules }, null, 2)}\n` : ""
}

/** What `rule` is for, where it is for one file or one series and can be drawn; of all others, null. */
export function targetOf(rule: Rule): Target | null {
  const [condition, ...more] = Object.entries(rule.match ?? {})
  if (!condition || more.length) return null
  const [key, wanted] = condition
  if (key === PATH && typeof wanted === "string" && isOneName(wanted)) return { kind: "file", name: normal(wanted) }
  if (key === SERIES && isUid(String(wanted))) return { kind: "series", uid: String(wanted) }
  return null
}

/** Whether a boxes file can name this file and no other: `*` and `?` stand for other letters there. */
export function isOneName(name: string): boolean {
  return normal(name) !== "" && !/[*?]/.test(name)
}

export function isUid(uid: string): boolean {
  return /^[0-9.]{1,64}$/.test(uid)
}

/** How many rules are for files by pattern, device or other attributes: they hold, and are not shown on the picture. */
export function unseen(rules: Rules): number {
  return rules.filter(rule => targetOf(rule) === null).length
}

/** The boxes on one frame of a file; `frame` counts from 1. */
export function placedOn(rules: Rules, name: string, series: string, frame: number, size: Size): readonly Placed[] {
  return rules.flatMap((rule, number) => {
    const target = targetOf(rule)
    if (!target || !isFor(target, name, series)) return []
    return rule.boxes.flatMap((box, index) => {
      const region = regionOf(box, size)
      const isShown = region.width > 0 && region.height > 0 && isOnFrame(box.frames, frame)
      return isShown ? [{ place: { rule: number, box: index }, box, region, target }] : []
    })
  })
}

export function isSamePlace(one: Place | null | undefined, other: Place | null | undefined): boolean {
  return !!one && !!other && one.rule === other.rule && one.box === other.box
}

/** How many boxes a file has on all its frames. */
export function countFor(rules: Rules, name: string, series: string): number {
  const mine = rules.filter(rule => { const target = targetOf(rule); return target !== null && isFor(target, name, series) })
  return mine.reduce((sum, rule) => sum + rule.boxes.length, 0)
}

/** Whether `frames`, such as 7, "1-20,25" or "all", holds `frame`, which counts from 1. */
export function isOnFrame(frames: number | string | undefined, frame: number): boolean {
  if (frames === undefined || frames === "all") return true
  return String(frames).split(",").some(part => {
    const [first = "", last = first] = part.split("-")
    return Number(first) <= frame && frame <= Number(last)
  })
}

/** The document with one more box, beside those that are for the same. */
export function added(rules: Rules, target: Target, box: Box): Rules {
  const found = rules.findIndex(rule => isSame(targetOf(rule), target))
  if (found < 0) return [...rules, { match: matchOf(target), boxes: [box] }]
  return rules.map((rule, number) => number === found ? { ...rule, boxes: [...rule.boxes, box] } : rule)
}

export function replaced(rules: Rules, place: Place, box: Box): Rules {
  return changed(rules, place.rule, boxes => boxes.map((old, index) => index === place.box ? box : old))
}

/** The document without that box; a rule that has none left goes too. */
export function removed(rules: Rules, place: Place): Rules {
  return changed(rules, place.rule, boxes => boxes.filter((_, index) => index !== place.box)).filter(rule => rule.boxes.length)
}

/** The document with a box given to another target, and where it stands now. */
export function reassigned(rules: Rules, place: Place, target: Target, box: Box): { readonly rules: Rules; readonly place: Place } {
  const old = rules[place.rule]
  if (old && isSame(targetOf(old), target)) return { rules: replaced(rules, place, box), place }
  const next = added(removed(rules, place), target, box)
  return { rules: next, place: lastOf(next, target) }
}

/** Where the box that was added last for `target` stands. */
export function lastOf(rules: Rules, target: Target): Place {
  const rule = rules.findIndex(one => isSame(targetOf(one), target))
  return { rule, box: (rules[rule]?.boxes.length ?? 0) - 1 }
}

function changed(rules: Rules, number: number, change: (boxes: readonly Box[]) => readonly Box[]): Rules {
  return rules.map((rule, index) => index === number ? { ...rule, boxes: change(rule.boxes) } : rule)
}

function matchOf(target: Target): Record<string, string> {
  return target.kind === "file" ? { [PATH]: target.name } : { [SERIES]: target.uid }
}

function isFor(target: Target, name: string, series: string): boolean {
  return target.kind === "file" ? target.name === normal(name) : series !== "" && target.uid === series
}

function isSame(one: Target | null, other: Target): boolean {
  if (one?.kind === "file" && other.kind === "file") return one.name === normal(other.name)
  return one?.kind === "series" && other.kind === "series" && one.uid === other.uid
}

/** A path as a boxes file compares it. */
function normal(path: string): string {
  return path.replace(/^\.\//, "").replace(/^\/+|\/+$/g, "").normalize("NFC")
}
