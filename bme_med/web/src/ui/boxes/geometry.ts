/** Rectangles in a picture: whole pixels from 0, top left, as a boxes file counts them. */

export interface Size { readonly columns: number; readonly rows: number }

export interface Point { readonly x: number; readonly y: number }

/** Half-open: `left + width` and `top + height` are the first column and row that it does not cover. */
export interface Region { readonly left: number; readonly top: number; readonly width: number; readonly height: number }

/** The edges that a handle moves: -1 left or top, 1 right or bottom, 0 neither. */
export interface Handle { readonly x: -1 | 0 | 1; readonly y: -1 | 0 | 1 }

/** The four numbers of a boxes file: below 0, `x` and `y` count from the far edge; `w` and `h` of 0 or less end that many pixels before it. */
export interface Numbers { readonly x: number; readonly y: number; readonly w: number; readonly h: number }

export const HANDLES: readonly Handle[] = [
  { x: -1, y: -1 }, { x: 0, y: -1 }, { x: 1, y: -1 }, { x: -1, y: 0 },
  { x: 1, y: 0 }, { x: -1, y: 1 }, { x: 0, y: 1 }, { x: 1, y: 1 },
]

/** Where a box of a boxes file lies in a picture of that size, clipped to it; may be empty. */
export function regionOf(box: Numbers, size: Size): Region {
  const [left, right] = span(box.x, box.w, size.columns)
  const [top, bottom] = span(box.y, box.h, size.rows)
  return { left, top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) }
}

function span(start: number, length: number, whole: number): [number, number] {
  const first = start >= 0 ? start : whole + start
  const end = length > 0 ? first + length : whole + length
  return [clamp(first, 0, whole), clamp(end, 0, whole)]
}

export function numbersOf(region: Region): Numbers {
  return { x: region.left, y: region.top, w: region.width, h: region.height }
}

/** The box that a pointer drew from one place to another: every pixel that it touched, at least one. */
export function regionBetween(from: Point, to: Point, size: Size): Region {
  const [left, right] = touched(from.x, to.x, size.columns)
  const [top, bottom] = touched(from.y, to.y, size.rows)
  return { left, top, width: right - left, height: bottom - top }
}

function touched(one: number, other: number, whole: number): [number, number] {
  const first = clamp(Math.floor(Math.min(one, other)), 0, whole - 1)
  return [first, clamp(Math.ceil(Math.max(one, other)), first + 1, whole)]
}

/** The same box elsewhere, whole and inside the picture. */
export function moved(region: Region, by: Point, size: Size): Region {
  return {
    ...region,
    left: clamp(region.left + Math.round(by.x), 0, Math.max(0, size.columns - region.width)),
    top: clamp(region.top + Math.round(by.y), 0, Math.max(0, size.rows - region.height)),
  }
}

/** The box with the edges of `handle` moved; it keeps at least one pixel and stays inside the picture. */
export function resized(region: Region, handle: Handle, by: Point, size: Size): Region {
  const [left, right] = stretched(region.left, region.left + region.width, handle.x, Math.round(by.x), size.columns)
  const [top, bottom] = stretched(region.top, region.top + region.height, handle.y, Math.round(by.y), size.rows)
  return { left, top, width: right - left, height: bottom - top }
}

function stretched(first: number, end: number, edge: -1 | 0 | 1, by: number, whole: number): [number, number] {
  if (edge === -1) return [clamp(first + by, 0, end - 1), end]
  if (edge === 1) return [first, clamp(end + by, first + 1, whole)]
  return [first, end]
}

/** A first box for the keyboard: in the middle, a quarter as wide and an eighth as high as the picture. */
export function middle(size: Size): Region {
  const width = Math.max(1, Math.round(size.columns / 4))
  const height = Math.max(1, Math.round(size.rows / 8))
  return { left: Math.floor((size.columns - width) / 2), top: Math.floor((size.rows - height) / 2), width, height }
}

export function clamp(value: number, lowest: number, highest: number): number {
  return Math.min(Math.max(value, lowest), highest)
}
