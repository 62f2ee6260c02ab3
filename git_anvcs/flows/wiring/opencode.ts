// git-anvcs: written by `git anvcs init`, taken out by `git anvcs uninstall`
// Tells git-anvcs which files the agent edits and when its shell commands run. Without the first
// line this file is yours: init and uninstall leave it alone then.
import { spawn } from "node:child_process"

const PROGRAM = "@git-anvcs@"
const SECONDS = 5

// Hand one event over; what git-anvcs answers. Never fails, and never waits longer than SECONDS.
function tell(fact) {
  return new Promise((resolve) => {
    let said = ""
    const done = () => resolve(said)
    const timer = setTimeout(done, SECONDS * 1000)
    const end = () => (clearTimeout(timer), done())
    try {
      const child = spawn(PROGRAM, ["hook", "opencode"], { stdio: ["pipe", "pipe", "ignore"] })
      child.on("error", end)
      child.stdout.on("data", (piece) => (said += piece))
      child.on("close", end)
      child.stdin.on("error", () => {})
      child.stdin.end(JSON.stringify(fact))
    } catch {
      end()
    }
  })
}

// What is needed of a tool's arguments: names of files, the command, and what is written, of which
// the hook keeps digests of lines.
function brief(args) {
  const { filePath, path, files, command, patchText } = args ?? {}
  const { content, oldString, newString, replaceAll } = args ?? {}
  const written = { content, oldString, newString, replaceAll }
  return { filePath, path, files, command, patchText, ...written }
}

// Who else is changing the file, where somebody is and it is to be told.
function warningIn(said) {
  try {
    return said ? JSON.parse(said).warning : undefined
  } catch {
    return undefined
  }
}

function textOf(parts) {
  const texts = (parts ?? []).filter((part) => part?.type === "text" && !part.synthetic)
  return texts.map((part) => part.text).join("\n")
}

export const GitAnvcs = async ({ directory }) => {
  const running = new Map() // callID -> arguments, for versions that tell them only before
  const warnings = new Map() // callID -> what the model reads under the output of the tool
  const tool = (event, input, args) =>
    tell({
      event,
      sessionID: input.sessionID,
      callID: input.callID,
      tool: input.tool,
      args: brief(args),
      cwd: directory,
    })
  return {
    "tool.execute.before": async (input, output) => {
      running.set(input.callID, output?.args)
      const warning = warningIn(await tool("tool.execute.before", input, output?.args))
      if (warning) warnings.set(input.callID, warning)
    },
    "tool.execute.after": async (input, output) => {
      const args = input.args ?? running.get(input.callID)
      running.delete(input.callID)
      await tool("tool.execute.after", input, args)
      const warning = warnings.get(input.callID)
      warnings.delete(input.callID)
      if (warning && typeof output?.output === "string") output.output += `\n\n${warning}`
    },
    "chat.message": async (input, output) => {
      const { sessionID, model } = input
      const prompt = textOf(output?.parts)
      await tell({ event: "chat.message", sessionID, model, prompt, cwd: directory })
    },
    "shell.env": async (input, output) => {
      if (input.sessionID) output.env.ANVCS_SESSION = `opencode:${input.sessionID}`
    },
    event: async ({ event }) => {
      const sessionID = event?.properties?.sessionID ?? event?.properties?.info?.id
      if (["session.created", "session.idle", "session.deleted"].includes(event?.type)) {
        await tell({ event: event.type, sessionID, cwd: directory })
      }
    },
  }
}
