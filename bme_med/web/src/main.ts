// The page.
import "./first"
import { createEngine } from "./engine"
import { show } from "./ui/app"

show(createEngine(), document.querySelector("main")!)
