# What the hooks of git-anvcs share: write one line into the spool, start a drain that nobody
# waits for. POSIX sh, read into the shell of the hook: it sets only names that begin with
# anvcs_, never exits, and starts no process but the drain (and git, where HEAD is no file).

# Where are we? anvcs_git_dir: of this worktree; anvcs_common: of all; false: not set up here.
anvcs_find() {
	anvcs_git_dir=${GIT_DIR:-.git}
	if [ -f "$anvcs_git_dir" ]; then # a linked worktree or a submodule: "gitdir: PATH"
		read -r anvcs_word anvcs_git_dir <"$anvcs_git_dir" || return 1
	fi
	anvcs_common=$anvcs_git_dir
	anvcs_worktree=.
	if [ -f "$anvcs_git_dir/commondir" ]; then
		read -r anvcs_common <"$anvcs_git_dir/commondir" || return 1
		case $anvcs_common in
		/*) ;;
		*) anvcs_common=$anvcs_git_dir/$anvcs_common ;;
		esac
		anvcs_worktree=worktrees/${anvcs_git_dir##*/}
	fi
	case $anvcs_worktree in
	*[\"\\]*) return 1 ;; # no name Git gives; the reflog will tell
	esac
	[ -d "$anvcs_common/anvcs" ]
}

# anvcs_oid and anvcs_ref: the commit HEAD is at, and the branch (empty when detached).
anvcs_head() {
	anvcs_oid='' anvcs_ref=''
	read -r anvcs_oid <"$anvcs_git_dir/HEAD" || :
	case $anvcs_oid in
	"ref: "*)
		anvcs_ref=${anvcs_oid#ref: }
		anvcs_oid=''
		if [ -f "$anvcs_common/$anvcs_ref" ]; then
			read -r anvcs_oid <"$anvcs_common/$anvcs_ref" || :
		fi
		;;
	esac
	case $anvcs_oid in
	'' | *[!0-9a-f]*) anvcs_ask_git ;; # reftable, or a ref packed this very moment
	esac
	case $anvcs_ref in *[\"\\]*) anvcs_ref='' ;; esac
	[ -n "$anvcs_oid" ]
}

anvcs_ask_git() {
	anvcs_oid=$(git rev-parse --verify --quiet HEAD 2>/dev/null) || :
	anvcs_ref=$(git symbolic-ref --quiet HEAD 2>/dev/null) || :
}

# anvcs_value: the commit a file such as CHERRY_PICK_HEAD names, or nothing.
anvcs_named() {
	anvcs_value=''
	if [ -f "$anvcs_git_dir/$1" ]; then
		read -r anvcs_value <"$anvcs_git_dir/$1" || :
	elif [ -d "$anvcs_common/reftable" ]; then
		anvcs_value=$(git rev-parse --verify --quiet "$1" 2>/dev/null) || :
	fi
	case $anvcs_value in *[!0-9a-f]*) anvcs_value='' ;; esac
}

# Add "NAME" to anvcs_signals when the variable is set. Names say enough; values may be secrets.
# anvcs_other: the last one that is not of Codex, if any.
anvcs_signal() {
	case $2 in '' | 0) return 0 ;; esac
	anvcs_signals="$anvcs_signals,\"$1\""
	case $1 in CODEX_*) ;; *) anvcs_other=$1 ;; esac
}

# The signs of git_anvcs/provenance/environment.py, by which agents show themselves.
anvcs_look_around() {
	anvcs_signals='' anvcs_other=''
	anvcs_plain "${AI_AGENT-}"
	if [ -n "$anvcs_value" ]; then anvcs_signals=",\"AI_AGENT=$anvcs_value\""; fi
	case ${AI_AGENT-} in
	'' | codex | codex@* | codex-cli | codex-cli@*) ;;
	*) anvcs_other=AI_AGENT ;;
	esac
	if [ "${AGENT-}" = amp ]; then anvcs_signal AGENT amp; fi
	if [ "${CURSOR_EXTENSION_HOST_ROLE-}" = agent-exec ]; then
		anvcs_signal CURSOR_EXTENSION_HOST_ROLE agent-exec
	fi
	anvcs_signal GROK_PLUGIN_ROOT "${GROK_PLUGIN_ROOT-}"
	anvcs_signal KIMI_PLUGIN_ROOT "${KIMI_PLUGIN_ROOT-}"
	anvcs_signal CURSOR_AGENT "${CURSOR_AGENT-}"
	anvcs_signal GEMINI_CLI "${GEMINI_CLI-}"
	anvcs_signal ANTIGRAVITY_AGENT "${ANTIGRAVITY_AGENT-}"
	anvcs_signal ANTIGRAVITY_CLI_ALIAS "${ANTIGRAVITY_CLI_ALIAS-}"
	anvcs_signal CODEX_THREAD_ID "${CODEX_THREAD_ID-}"
	anvcs_signal CODEX_SANDBOX "${CODEX_SANDBOX-}"
	anvcs_signal CODEX_CI "${CODEX_CI-}"
	anvcs_signal CODEX_SANDBOX_NETWORK_DISABLED "${CODEX_SANDBOX_NETWORK_DISABLED-}"
	anvcs_signal CODEX_INTERNAL_ORIGINATOR_OVERRIDE "${CODEX_INTERNAL_ORIGINATOR_OVERRIDE-}"
	anvcs_signal CLAUDE_CODE_IS_COWORK "${CLAUDE_CODE_IS_COWORK-}"
	anvcs_signal CLAUDECODE "${CLAUDECODE-}"
	anvcs_signal CLAUDE_CODE_CHILD_SESSION "${CLAUDE_CODE_CHILD_SESSION-}"
	anvcs_signal CLAUDE_CODE "${CLAUDE_CODE-}"
	anvcs_signal CLAUDE_CODE_REMOTE "${CLAUDE_CODE_REMOTE-}"
	anvcs_signal OPENCODE "${OPENCODE-}"
	anvcs_signal OPENCODE_CLIENT "${OPENCODE_CLIENT-}"
	anvcs_signal AMP_CURRENT_THREAD_ID "${AMP_CURRENT_THREAD_ID-}"
	anvcs_signal AUGMENT_AGENT "${AUGMENT_AGENT-}"
	anvcs_signal JUNIE_DATA "${JUNIE_DATA-}"
	anvcs_signal JUNIE_SHIM_PATH "${JUNIE_SHIM_PATH-}"
	anvcs_signal CLINE_ACTIVE "${CLINE_ACTIVE-}"
	anvcs_signal COPILOT_CLI "${COPILOT_CLI-}"
	anvcs_signal COPILOT_AGENT "${COPILOT_AGENT-}"
	anvcs_sure=$anvcs_other # what follows a person may have set
	anvcs_signal GOOSE_PROVIDER "${GOOSE_PROVIDER-}"
	anvcs_signal REPL_ID "${REPL_ID-}"
	anvcs_signal COPILOT_MODEL "${COPILOT_MODEL-}"
	anvcs_signal COPILOT_ALLOW_ALL "${COPILOT_ALLOW_ALL-}"
	anvcs_signal COPILOT_GITHUB_TOKEN "${COPILOT_GITHUB_TOKEN-}"
	anvcs_signal CURSOR_TRACE_ID "${CURSOR_TRACE_ID-}"
	if [ -d /opt/.devin ]; then anvcs_signals="$anvcs_signals,\"/opt/.devin\""; fi
	anvcs_signals=${anvcs_signals#,}
}

# anvcs_value: the text, if it is short and needs no escaping in JSON; else nothing.
anvcs_plain() {
	anvcs_value=$1
	case $anvcs_value in *[!A-Za-z0-9\ ._:/@+,=\(\)-]*) anvcs_value='' ;; esac
	if [ "${#anvcs_value}" -gt 256 ]; then anvcs_value=''; fi
}

# anvcs_value: the session that the surrounding agent declares, `tool:session`, or nothing. Ids are
# no secrets; Codex gives its own to all it starts.
anvcs_session() {
	anvcs_plain "${ANVCS_SESSION-}"
	if [ -n "$anvcs_value" ]; then return 0; fi
	if [ -n "$anvcs_sure" ]; then return 0; fi # who of the two is the inner one?
	anvcs_plain "${CODEX_THREAD_ID-}"
	case $anvcs_value in
	*[!A-Za-z0-9._-]*) anvcs_value='' ;;
	?*) anvcs_value=codex:$anvcs_value ;;
	esac
}

# Write the line of a commit that was just made. $1: the kind; $2: more fields, `,"a":1`.
anvcs_commit_line() {
	anvcs_head || return 0
	anvcs_more=${2-}
	anvcs_named CHERRY_PICK_HEAD
	if [ -n "$anvcs_value" ]; then anvcs_more="$anvcs_more,\"picked\":\"$anvcs_value\""; fi
	anvcs_named REVERT_HEAD
	if [ -n "$anvcs_value" ]; then anvcs_more="$anvcs_more,\"reverted\":\"$anvcs_value\""; fi
	anvcs_plain "${GIT_REFLOG_ACTION-}"
	if [ -n "$anvcs_value" ]; then anvcs_more="$anvcs_more,\"action\":\"$anvcs_value\""; fi
	anvcs_look_around
	anvcs_session
	if [ -n "$anvcs_value" ]; then anvcs_more="$anvcs_more,\"session\":\"$anvcs_value\""; fi
	anvcs_plain "${ANVCS_TOKEN-}"
	if [ -n "$anvcs_value" ]; then anvcs_more="$anvcs_more,\"token\":\"$anvcs_value\""; fi
	if [ -n "$anvcs_signals" ]; then anvcs_more="$anvcs_more,\"signals\":[$anvcs_signals]"; fi
	if [ -t 2 ]; then anvcs_more="$anvcs_more,\"terminal\":true"; fi
	anvcs_write "$1" "\"commit\":\"$anvcs_oid\",\"ref\":\"$anvcs_ref\"$anvcs_more"
}

# Where core.sharedRepository has made our folder the group's, what we make in between is, too.
anvcs_begin_to_share() {
	anvcs_umask=''
	if [ -g "$anvcs_common/anvcs" ]; then
		anvcs_umask=$(umask)
		umask g=rwx
	fi
}

anvcs_end_to_share() {
	if [ -n "$anvcs_umask" ]; then umask "$anvcs_umask"; fi
}

# Append one line; one write, so that writers at the same time do not mix. Then the flag that
# something waits, which a drain takes down: after the line, so that it never comes too early.
anvcs_write() {
	anvcs_spool=$anvcs_common/anvcs/spool
	anvcs_begin_to_share
	if [ ! -d "$anvcs_spool" ]; then mkdir -p "$anvcs_spool" 2>/dev/null || return 0; fi
	{
		printf '{"v":1,"kind":"%s","git_dir":"%s",%s}\n' "$1" "$anvcs_worktree" "$2" \
			>>"$anvcs_spool/lines" && : >"$anvcs_spool/waits"
	} 2>/dev/null || :
	anvcs_end_to_share
}

# Whether a drain may find something: a line, or a HEAD that moved since the last one.
anvcs_waits() {
	anvcs_spool=$anvcs_common/anvcs/spool
	if [ -e "$anvcs_spool/waits" ] || [ ! -e "$anvcs_spool/state.json" ]; then return 0; fi
	for anvcs_value in "$anvcs_common/logs/HEAD" "$anvcs_common"/worktrees/*/logs/HEAD \
		"$anvcs_common/reftable/tables.list" "$anvcs_common"/worktrees/*/reftable/tables.list; do
		# POSIX.1-2024 has -nt; dash, bash, busybox and zsh had it long before.
		# shellcheck disable=SC3013
		if [ "$anvcs_value" -nt "$anvcs_spool/state.json" ]; then return 0; fi
	done
	return 1
}

# Start a drain in the background, unless one is about to look. It keeps no descriptor of ours
# open, so nobody waits for it; killed, it costs nothing: the next command drains.
anvcs_drain() {
	[ -x "$anvcs_program" ] || return 0
	anvcs_mark=$anvcs_common/anvcs/spool/drainer
	if [ -f "$anvcs_mark" ]; then
		read -r anvcs_value <"$anvcs_mark" || :
		case $anvcs_value in
		'' | *[!0-9]*) ;;
		*) if kill -0 "$anvcs_value" 2>/dev/null; then return 0; fi ;;
		esac
	fi
	(
		trap '' HUP
		exec "$anvcs_program" drain --background -C "$anvcs_git_dir" \
			3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
	) </dev/null >/dev/null 2>&1 &
	anvcs_begin_to_share
	{ printf '%s\n' "$!" >"$anvcs_mark"; } 2>/dev/null || :
	anvcs_end_to_share
}

# Start git-ai-blob, which lies beside our program, for a hook of Git; $1: its event, $2: a remote.
# Only where there are large files. Returns its exit code.
anvcs_blobs() {
	anvcs_value=${anvcs_program%/*}/git-ai-blob
	[ -d "$anvcs_common/anvcs/blobs" ] && [ -x "$anvcs_value" ] || return 0
	"$anvcs_value" hook --git-dir "$anvcs_git_dir" "$@"
}
