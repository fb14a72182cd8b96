// Imported before everything else, so that no other script sees what the lock removes.
import { guardNavigation, guardWindows, removeChannels } from "./lock"

removeChannels()
guardNavigation()
guardWindows()
