using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using EmailAuth.Dns;

namespace BatchAudit;

/// <summary>Bad usage: the message says what was wrong, and what would be right.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>What is asked for on the command line.</summary>
internal sealed record AuditOptions
{
    public const string Usage = """
        BatchAudit FOLDER   verifies every message below FOLDER (*.eml, and Maildirs) and writes a report

          --report FILE       the report; audit.html unless set
          --zone FILE         answer DNS from this master file only (repeatable)
          --dns HOST[:PORT]   ask this server instead of the system's (repeatable)
          --sessions FILE     what SMTP told: a JSON array of {"file", "ip", "helo", "mailFrom"}
          --trust-received    take that from the topmost Received and Return-Path fields: only where your own server wrote them
          --at-a-time NUMBER  how many messages are verified at a time
          --list NUMBER       how many messages the report lists, the most worrying first; 500 unless set

        Without --sessions and --trust-received SPF is not checked, and the report says so.
        Exit status: 0 done; 64 bad usage; 66 a file cannot be read; 74 the report cannot be written.

        """;

    public required string Folder { get; init; }

    public string ReportFile { get; init; } = "audit.html";

    /// <summary>Master files that answer every question; with none, servers are asked.</summary>
    public ImmutableArray<string> ZoneFiles { get; init; } = [];

    /// <summary>With none, the servers of the system.</summary>
    public ImmutableArray<IPEndPoint> DnsServers { get; init; } = [];

    /// <summary>A file that tells what the SMTP conversation of each message told.</summary>
    public string? SessionsFile { get; init; }

    /// <summary>Whether the topmost Received and Return-Path fields are believed: only where the receiving server of this mail wrote them.</summary>
    public bool TrustsReceived { get; init; }

    /// <summary>How many messages are verified at a time.</summary>
    public int AtATime { get; init; } = Math.Max(4, Environment.ProcessorCount * 2);

    /// <summary>How many messages the report lists, the most worrying ones first; all are counted.</summary>
    public int MostListed { get; init; } = 500;

    /// <exception cref="UsageException">It is not understood.</exception>
    public static AuditOptions Parse(string[] words)
    {
        if (words is [])
            throw new UsageException("a folder is missing; right would be BatchAudit samples/messages. --help tells more.");
        var options = new AuditOptions { Folder = "" };
        for (var i = 0; i < words.Length; i++)
        {
            string Value() => ++i < words.Length ? words[i] : throw new UsageException($"{words[i - 1]} lacks its value.");
            options = words[i] switch
            {
                "--report" => options with { ReportFile = Value() },
                "--zone" => options with { ZoneFiles = options.ZoneFiles.Add(Value()) },
                "--dns" => options with { DnsServers = options.DnsServers.Add(Server(Value())) },
                "--sessions" => options with { SessionsFile = Value() },
                "--trust-received" => options with { TrustsReceived = true },
                "--at-a-time" => options with { AtATime = Number(Value(), 1, 256) },
                "--list" => options with { MostListed = Number(Value(), 0, 100_000) },
                ['-', ..] => throw new UsageException($"there is no option \"{words[i]}\"; --help lists them."),
                _ when options.Folder.Length > 0 => throw new UsageException($"\"{words[i]}\" is one too many; right would be one folder."),
                var folder => options with { Folder = folder },
            };
        }
        if (!Directory.Exists(options.Folder))
            throw new UsageException($"there is no folder \"{options.Folder}\".");
        if (options is { SessionsFile: not null, TrustsReceived: true })
            throw new UsageException("--sessions and --trust-received exclude each other.");
        if (!options.ZoneFiles.IsEmpty && !options.DnsServers.IsEmpty)
            throw new UsageException("--zone and --dns exclude each other: with --zone no server is asked.");
        return options;
    }

    private static IPEndPoint Server(string text) =>
        DnsClientOptions.TryParseServer(text, out var server) ? server : throw new UsageException($"--dns: \"{text}\" is no server; right would be 192.0.2.1 or [2001:db8::1]:53.");

    private static int Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new UsageException($"\"{text}\" is not fit; right would be a number from {least} to {most}.");
}
