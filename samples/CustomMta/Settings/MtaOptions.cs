using CustomMta.Mail;

namespace CustomMta.Settings;

/// <summary>What the server was told, checked (<see cref="MtaSettings"/>). Every limit is there since somebody will try it.</summary>
internal sealed class MtaOptions
{
    /// <summary>Where to listen: loopback, unless it is changed.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The port; 0 takes a free one.</summary>
    public int Port { get; set; } = 2525;

    /// <summary>The port of the metrics and the health check, on loopback; 0 takes a free one.</summary>
    public int MetricsPort { get; set; } = 9464;

    /// <summary>Holds the spool and one Maildir for each mailbox.</summary>
    public string Folder { get; set; } = "artifacts/mail";

    /// <summary>The recipients; no other address is accepted.</summary>
    public LocalMailboxes Mailboxes { get; } = new();

    /// <summary>To try things out: judges as though every client came from this address. Null, of course, for a server that anyone can reach.</summary>
    public string? PretendedClient { get; set; }

    /// <summary>Octets of a message, as SIZE announces them (RFC 1870).</summary>
    public long MaxMessageOctets { get; set; } = 25 << 20;

    /// <summary>
    /// Octets of a line of a message without its CRLF. RFC 5321 §4.5.3.1.6 says 998; many programs write longer ones, and no server may split
    /// them where the message is signed.
    /// </summary>
    public int MaxTextLineOctets { get; set; } = 8192;

    /// <summary>Recipients of a message; RFC 5321 §4.5.3.1.8 wants 100 at least.</summary>
    public int MaxRecipients { get; set; } = 100;

    /// <summary>Commands between two messages, whatever they are.</summary>
    public int MaxCommands { get; set; } = 1000;

    /// <summary>Commands of a connection that are refused, and transactions that come to nothing.</summary>
    public int MaxErrors { get; set; } = 20;

    /// <summary>Connections at once.</summary>
    public int MaxConnections { get; set; } = 500;

    /// <summary>Connections at once from one address.</summary>
    public int MaxConnectionsPerClient { get; set; } = 100;

    /// <summary>How long the next command may take (RFC 5321 §4.5.3.2.7: at least five minutes).</summary>
    public TimeSpan CommandTimeLimit { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the next octets of a message may take (RFC 5321 §4.5.3.2.5).</summary>
    public TimeSpan BlockTimeLimit { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>How long a whole message may take, which bounds senders that are slow on purpose.</summary>
    public TimeSpan MessageTimeLimit { get; set; } = TimeSpan.FromMinutes(20);

    /// <summary>How long a connection may last.</summary>
    public TimeSpan ConnectionTimeLimit { get; set; } = TimeSpan.FromHours(1);
}
