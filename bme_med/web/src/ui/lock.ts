/** Whether the network lock has been proved: while it has not, no file is taken. */
export type Lock =
  | { readonly state: "starting"; readonly done: number; readonly total: number; readonly what: string }
  | { readonly state: "verified" }
  | { readonly state: "failed"; readonly reason: string }
