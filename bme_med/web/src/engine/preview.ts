// One frame for the screen.
import type { Dropped, Picture } from "../protocol"

export async function preview(_file: Dropped, _frame: number): Promise<Picture> {
  throw new Error("there is no preview of this file")
}
