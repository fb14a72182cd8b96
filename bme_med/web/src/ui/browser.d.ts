/** What browsers have and TypeScript's library does not say yet (WICG File System Access). */

interface DataTransferItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>
}

interface Window {
  showDirectoryPicker?(options: { readonly id?: string; readonly mode: "read" | "readwrite" }): Promise<FileSystemDirectoryHandle>
}
