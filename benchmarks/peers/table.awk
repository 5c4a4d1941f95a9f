# Reads the lines that run collects (kind, peer, message, nanoseconds of CPU, verdict, between tabs; one line for each pass) and writes a table in Markdown:
# a row for each message, a column for each peer, and in each cell µs and how many times EmailAuth's. which=best or which=median of the passes.
BEGIN {
	FS = "\t"
	names["floor"] = "floor"; names["emailauth"] = "EmailAuth"; names["opendkim"] = "OpenDKIM"; names["mimekit"] = "MimeKit"
	names["mailauth"] = "mailauth"; names["dkimpy"] = "dkimpy, pyspf"; names["mail-dkim"] = "Mail::DKIM"
	columns = split("floor emailauth opendkim mimekit mailauth dkimpy mail-dkim", column, " ")
	rows["dkim", "2k-rsa"] = "DKIM, 2k-rsa, relaxed"
	rows["dkim", "20k-rsa"] = "DKIM, 20k-rsa, relaxed"
	rows["dkim", "20k-rsa-simple"] = "DKIM, 20k-rsa, simple"
	rows["dkim", "20k-ed25519"] = "DKIM, 20k-ed25519, relaxed"
	rows["dkim", "200k-rsa"] = "DKIM, 200k-rsa, relaxed"
	rows["verdict", "20k-rsa"] = "verdict, 20k-rsa"
	rows["verdict", "20k-two"] = "verdict, 20k, two signatures"
	rows["spf", "spf-5-includes"] = "SPF, five includes"
	row_count = split("dkim 2k-rsa;dkim 20k-rsa;dkim 20k-rsa-simple;dkim 20k-ed25519;dkim 200k-rsa;verdict 20k-rsa;verdict 20k-two;spf spf-5-includes", row, ";")
}

{
	peer = $2 == "pyspf" ? "dkimpy" : $2
	seen[peer] = 1
	key = peer SUBSEP $1 SUBSEP $3
	times[key, ++passes[key]] = $4
	if ($5 != "pass")
		refusal[key] = $5
}

END {
	printf "| µs of CPU |"
	for (c = 1; c <= columns; c++)
		if (column[c] in seen)
			printf " %s |", names[column[c]]
	printf "\n| --- |"
	for (c = 1; c <= columns; c++)
		if (column[c] in seen)
			printf " ---: |"
	print ""
	for (r = 1; r <= row_count; r++) {
		split(row[r], part, " ")
		printf "| %s |", rows[part[1], part[2]]
		for (c = 1; c <= columns; c++)
			if (column[c] in seen)
				printf " %s |", cell(column[c], part[1] SUBSEP part[2])
		print ""
	}
}

# Nothing where it was not asked, and what it says where that is not "pass".
function cell(peer, subject,    time, own) {
	if (!((peer SUBSEP subject) in passes))
		return ""
	if ((peer SUBSEP subject) in refusal)
		return "says " refusal[peer, subject]
	time = chosen(peer SUBSEP subject)
	own = chosen("emailauth" SUBSEP subject)
	if (peer == "emailauth")
		return sprintf("**%s**", micro(time))
	return own ? sprintf("%s (%.*f×)", micro(time), time / own < 10 ? 2 : 0, time / own) : micro(time)
}

function micro(nanoseconds) {
	return sprintf("%.*f", nanoseconds < 10000 ? 2 : nanoseconds < 1000000 ? 1 : 0, nanoseconds / 1000)
}

function chosen(key,    count, i, j, sorted, value) {
	count = passes[key]
	for (i = 1; i <= count; i++) {
		value = times[key, i] + 0
		for (j = i; j > 1 && sorted[j - 1] > value; j--)
			sorted[j] = sorted[j - 1]
		sorted[j] = value
	}
	return which == "best" ? sorted[1] : sorted[int(count / 2) + 1]
}
