using System.Collections.Immutable;
using System.Globalization;
using CustomMta.Mail;
using CustomMta.Smtp;
using Microsoft.Extensions.Configuration;

namespace CustomMta.Settings;

/// <summary>All settings of the sections "Smtp" and "Metrics": read, checked, and told of by --help from one table.</summary>
internal static class MtaSettings
{
    /// <summary>The library reads it: it stands here for its short name.</summary>
    public static readonly Setting ZoneFile = new(
        "EmailAuth:Dns:ZoneFile", "--zone", "Answers all of DNS from a master file.", "samples/zones/example.zone", "a master file", static (_, _) => true, static _ => null);

    private const string MailboxesKey = "Smtp:Mailboxes";

    public static readonly ImmutableArray<Setting> All =
    [
        ZoneFile,
        Setting.Address("Smtp:PretendedClient", "--client", "To try things out: judges as though every client came from there.", "192.0.2.150", static (mta, value) => mta.PretendedClient = value, static mta => mta.PretendedClient),
        Setting.Text("Smtp:Folder", "--folder", "Holds the spool and the mailboxes.", "/var/mail/custom", static (mta, value) => mta.Folder = value, static mta => mta.Folder),
        Setting.Number("Smtp:Port", "--port", "Where to listen; 0 takes a free port.", "25", 0, 65535, static (mta, value) => mta.Port = (int)value, static mta => mta.Port),
        Setting.Number("Metrics:Port", "--metrics-port", "/metrics and /healthz, on loopback; 0 takes a free port.", "9465", 0, 65535, static (mta, value) => mta.MetricsPort = (int)value, static mta => mta.MetricsPort),
        Setting.Address("Smtp:Address", null, "The address to listen at.", "0.0.0.0", static (mta, value) => mta.Address = value, static mta => mta.Address),
        Setting.Number("Smtp:MaxMessageOctets", null, "Octets of a message, as SIZE says.", "10485760", 64 << 10, 1L << 40, static (mta, value) => mta.MaxMessageOctets = value, static mta => mta.MaxMessageOctets),
        Setting.Number("Smtp:MaxTextLineOctets", null, "Octets of a line of a message.", "998", 998, 1 << 20, static (mta, value) => mta.MaxTextLineOctets = (int)value, static mta => mta.MaxTextLineOctets),
        Setting.Number("Smtp:MaxRecipients", null, "Recipients of a message.", "1000", 1, 100_000, static (mta, value) => mta.MaxRecipients = (int)value, static mta => mta.MaxRecipients),
        Setting.Number("Smtp:MaxCommands", null, "Commands between two messages.", "500", 10, 1_000_000, static (mta, value) => mta.MaxCommands = (int)value, static mta => mta.MaxCommands),
        Setting.Number("Smtp:MaxErrors", null, "Errors of one connection.", "10", 1, 1_000_000, static (mta, value) => mta.MaxErrors = (int)value, static mta => mta.MaxErrors),
        Setting.Number("Smtp:MaxConnections", null, "Connections at once.", "2000", 1, 1_000_000, static (mta, value) => mta.MaxConnections = (int)value, static mta => mta.MaxConnections),
        Setting.Number("Smtp:MaxConnectionsPerClient", null, "Connections at once from one address.", "20", 1, 1_000_000, static (mta, value) => mta.MaxConnectionsPerClient = (int)value, static mta => mta.MaxConnectionsPerClient),
        Setting.Time("Smtp:CommandTimeLimit", "How long the next command may take.", "00:10:00", static (mta, value) => mta.CommandTimeLimit = value, static mta => mta.CommandTimeLimit),
        Setting.Time("Smtp:BlockTimeLimit", "How long the next octets of a message may take.", "00:05:00", static (mta, value) => mta.BlockTimeLimit = value, static mta => mta.BlockTimeLimit),
        Setting.Time("Smtp:MessageTimeLimit", "How long a message may take.", "00:30:00", static (mta, value) => mta.MessageTimeLimit = value, static mta => mta.MessageTimeLimit),
        Setting.Time("Smtp:ConnectionTimeLimit", "How long a connection may last.", "02:00:00", static (mta, value) => mta.ConnectionTimeLimit = value, static mta => mta.ConnectionTimeLimit),
    ];

    /// <summary>Reads them all.</summary>
    /// <param name="configuration">The files, the environment and the command line.</param>
    /// <param name="problems">Takes a line for each value that cannot be used: its key, the value, and what would be right.</param>
    public static MtaOptions Read(IConfiguration configuration, List<string> problems)
    {
        var mta = new MtaOptions();
        foreach (var setting in All)
        {
            if (configuration[setting.Key] is { } text && !setting.TrySet(mta, text))
                problems.Add($"{setting.Key}{(setting.Option is { } option ? $" ({option})" : "")} is \"{Shown(text)}\"; right would be {setting.Right}.");
        }
        foreach (var entry in ((IEnumerable<string>)["Smtp", "Metrics"]).SelectMany(section => configuration.GetSection(section).GetChildren()))
        {
            if (!IsKnown(entry.Path))
                problems.Add($"{Shown(entry.Path)} is no setting; {NearestNames.Of(entry.Path, All.Select(static setting => setting.Key).Append(MailboxesKey))}.");
            else if (!IsMailbox(entry.Path) && entry.Value is null)
                problems.Add($"{entry.Path} has no value; right would be one, such as {All.First(setting => setting.Key.Equals(entry.Path, StringComparison.OrdinalIgnoreCase)).Example}.");
        }
        foreach (var entry in configuration.GetSection(MailboxesKey).GetChildren())
            ReadMailbox(mta.Mailboxes, entry, problems);
        // RFC 5321 §4.5.1: whoever takes mail has a postmaster.
        if (!mta.Mailboxes.HasPostmaster)
            problems.Add($"{MailboxesKey}:{LocalMailboxes.Postmaster} is missing; right would be the folder of its mailbox, such as {LocalMailboxes.Postmaster}.");
        return mta;
    }

    /// <summary>Whether there is a setting with this key; keys of a section that others read are theirs to check.</summary>
    public static bool IsKnown(string key) => IsMailbox(key) || All.Any(setting => setting.Key.Equals(key, StringComparison.OrdinalIgnoreCase));

    private static bool IsMailbox(string key) =>
        key.StartsWith(MailboxesKey, StringComparison.OrdinalIgnoreCase) && (key.Length == MailboxesKey.Length || key[MailboxesKey.Length] == ':');

    private static void ReadMailbox(LocalMailboxes mailboxes, IConfigurationSection entry, List<string> problems)
    {
        var key = Shown($"{MailboxesKey}:{entry.Key}");
        if (!SmtpPath.TryRead($"<{entry.Key}>", out var mailbox, out var rest) || mailbox.Length == 0 || rest.Length > 0)
            problems.Add($"{key} names no mailbox; right would be an address, such as reader@receiver.example, or {LocalMailboxes.Postmaster}.");
        else if (entry.Value is not { } folder || !LocalMailboxes.IsFolderName(folder))
            problems.Add($"{key} is \"{Shown(entry.Value ?? "")}\"; right would be the name of a folder, such as reader: no path, no dot before it, and not \"{Spool.FolderName}\".");
        else
            mailboxes.Add(mailbox, folder);
    }

    /// <summary>A text of whoever wrote the settings, in one line.</summary>
    public static string Shown(string text) => string.Concat(text.Select(static character => char.IsControl(character) ? '?' : character));

    /// <summary>The page of --help.</summary>
    public static void WriteHelp(TextWriter output)
    {
        var defaults = new MtaOptions();
        output.WriteLine("""
            CustomMta receives mail: SMTP, a verdict while the message arrives, a reply by the verdict, a Maildir.

            Usage: CustomMta [OPTION VALUE]...

            """);
        foreach (var setting in All)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {setting.Name,-32} {setting.Meaning}"));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {"",-32} {(setting.Read(defaults) is { } value ? $"Unless set: {value}" : "Not set")}. Example: {setting.Name} {setting.Example}"));
        }
        output.WriteLine($"""
              --{MailboxesKey}:ADDRESS          The folder of a recipient's mailbox; "{LocalMailboxes.Postmaster}" is needed, and gets what is for {LocalMailboxes.Postmaster}@ each domain.
                                               Unless set: those of appsettings.json. Example: --{MailboxesKey}:ann@receiver.example ann
              --EmailAuth:KEY, --Logging:KEY   The library's settings and those of the log. Example: --EmailAuth:LogAddresses true

            Every key may stand in appsettings.json, too. Exit status: 0 it was told to end; 64 an option that is not known; 69 the port is taken; 78 a setting
            that cannot be used.
            """);
    }
}
