// @i-know-the-amp-plugin-api-is-wip-and-very-experimental-right-now
// git-anvcs: written by `git anvcs init`, taken out by `git anvcs uninstall`
// Tells git-anvcs which files the agent edits and when its shell commands run. Amp wants its
// consent in the first line. Without the second one this file is yours: init and uninstall leave
// it alone then.
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const PROGRAM = "@git-anvcs@"
const SECONDS = 5

// Hand one event over. Never fails, and never waits longer than SECONDS.
function tell(fact) {
  return new Promise((resolve) => {
    const done = () => resolve(undefined)
    const timer = setTimeout(done, SECONDS * 1000)
    const end = () => (clearTimeout(timer), done())
    try {
      const child = spawn(PROGRAM, ["hook", "amp"], { stdio: ["pipe", "ignore", "ignore"] })
      child.on("error", end)
      child.on("close", end)
      child.stdin.on("error", () => {})
      child.stdin.end(JSON.stringify(fact))
    } catch {
      end()
    }
  })
}

function attempt(ask) {
  try {
    return ask()
  } catch {
    return undefined
  }
}

const pathOf = (uri) => attempt(() => fileURLToPath(String(uri)))

export default function (amp) {
  const running = new Map() // toolUseID -> what was told before, since the end may tell less

  const workspace = () => pathOf(amp.system?.workspaceRoot) ?? process.cwd()
  const modified = (event) => attempt(() => amp.helpers.filesModifiedByToolCall(event)) ?? []
  const shell = (event) => attempt(() => amp.helpers.shellCommandFromToolCall(event))

  const base = (name, event) => ({
    hook_event_name: name,
    thread_id: event.thread?.id,
    cwd: workspace(),
  })
  const tool = (event) => {
    const command = shell(event)
    return {
      thread_id: event.thread?.id,
      tool_use_id: event.toolUseID,
      tool_name: command ? "Bash" : event.tool,
      tool_input: command ? { command: command.command } : event.input,
      edited_filepaths: modified(event).map(pathOf).filter(Boolean),
      cwd: command?.dir || workspace(),
    }
  }

  amp.on("session.start", (event) => tell(base("SessionStart", event)))
  amp.on("agent.start", async (event) => {
    await tell({ ...base("UserPromptSubmit", event), prompt: event.message })
    return {}
  })
  amp.on("tool.call", async (event) => {
    const told = attempt(() => tool(event))
    if (told) {
      running.set(event.toolUseID, told)
      await tell({ ...told, hook_event_name: "PreToolUse" })
    }
    // What Amp does by itself; it wants an answer. Another plugin can still refuse.
    return { action: "allow" }
  })
  amp.on("tool.result", async (event) => {
    const told = running.get(event.toolUseID) ?? attempt(() => tool(event))
    running.delete(event.toolUseID)
    if (told) {
      const name = event.status === "done" ? "PostToolUse" : "PostToolUseFailure"
      await tell({ ...told, hook_event_name: name })
    }
  })
  amp.on("agent.end", (event) => tell(base("Stop", event)))
}
