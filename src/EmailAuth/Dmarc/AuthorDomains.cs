using System.Collections.Immutable;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Syntax;

namespace EmailAuth.Dmarc;

/// <summary>
/// The Author Domains of a message (RFC 9989 §5.3.1): the domains in its From field. Nothing is decoded before it is parsed, and
/// nothing is guessed: what the grammar does not accept is a <see cref="Problem"/>, and the message cannot pass.
/// </summary>
public sealed class AuthorDomains
{
    private AuthorDomains(ImmutableArray<DomainName> domains, int mailboxCount, DmarcReason? problem, string? problemText)
    {
        Domains = domains;
        MailboxCount = mailboxCount;
        Problem = problem;
        ProblemText = problemText;
    }

    /// <summary>
    /// The different domains, in the order of the field, as A-labels; at most <see cref="DmarcLimits.MaxAuthorDomains"/>. With a
    /// <see cref="Problem"/> those that could be read all the same: they serve to find the strictest policy, never to pass.
    /// </summary>
    public ImmutableArray<DomainName> Domains { get; }

    /// <summary>How many mailboxes were read, groups opened up.</summary>
    public int MailboxCount { get; }

    /// <summary>Why the message cannot be evaluated: a reason of <see cref="DmarcStatus.PermError"/>; null if it can.</summary>
    public DmarcReason? Problem { get; }

    /// <summary>The problem for people: what was wrong, where, and what would be right. Null without one.</summary>
    public string? ProblemText { get; }

    /// <summary>An author domain that is known already.</summary>
    public static AuthorDomains Of(DomainName domain)
    {
        ArgumentNullException.ThrowIfNull(domain);
        var domains = new Collector(DmarcLimits.Default);
        domains.Add(domain);
        return domains.ToAuthorDomains(0);
    }

    /// <summary>Reads the From field of a header section, or tells why it cannot be one message's only From field.</summary>
    internal static AuthorDomains Read(HeaderBlock header, DmarcLimits limits)
    {
        var domains = new Collector(limits);
        if (header.Defect != MessageDefect.None)
        {
            domains.Report(DmarcReason.HeaderNotRead, "the header section breaks a limit and was not read");
            return domains.ToAuthorDomains(0);
        }

        int fields = 0, lookalikes = 0, mailboxes = 0;
        foreach (ref readonly var field in header.Fields)
        {
            if (header.IsNamed(field, "From"u8))
            {
                fields++;
                mailboxes += ReadField(header.Value(field), domains);
            }
            else if (field.NameLength == 0 && field.Colon > field.Start && header.Octets[field.Start..field.Colon].TrimFws().EqualsIgnoreCase("From"u8))
            {
                // RFC 5322 allows no white space before a field's name, nor a fold before its colon; another program may read it all the same.
                lookalikes++;
                ScanForDomains(header.Value(field), domains);
            }
        }
        if (header.HasBareLineEnd)
            lookalikes += ScanBareLines(header.Octets, domains);

        if (fields + lookalikes > 1)
        {
            domains.Override(DmarcReason.SeveralFromFields, lookalikes == 0
                ? $"there are {fields} From fields; right would be exactly one (RFC 5322 §3.6)"
                : $"{fields + lookalikes} lines can be taken for a From field; right would be exactly one (RFC 5322 §3.6)");
        }
        else if (lookalikes == 1)
            domains.Override(DmarcReason.FromNotParsable, "the name of the From field has white space before it or a line end where none may be");
        else if (fields == 0)
            domains.Report(DmarcReason.NoFromField, "there is no From field; right would be exactly one (RFC 5322 §3.6)");
        return domains.ToAuthorDomains(mailboxes);
    }

    private static int ReadField(ReadOnlySpan<byte> value, Collector domains)
    {
        var mailboxes = 0;
        var reader = new MailboxListReader(value);
        while (reader.MoveNext())
        {
            if (++mailboxes > domains.Limits.MaxMailboxes)
            {
                domains.Report(DmarcReason.TooManyMailboxes, $"the From field holds more than {domains.Limits.MaxMailboxes} mailboxes");
                return mailboxes;
            }
            if (reader.IsAddressLiteral)
                domains.Report(DmarcReason.AddressLiteral, $"the author's address has the IP address \"[{Octets.ToPrintable(reader.Domain)}]\"; right would be a domain");
            else if (DomainName.TryParse(reader.Domain, out var domain))
                domains.Add(domain);
            else
                domains.Report(DmarcReason.InvalidDomain, $"\"{Octets.ToPrintable(reader.Domain)}\" in the From field is not a domain name");
        }
        if (reader.Problem is { } expected)
        {
            domains.Report(DmarcReason.FromNotParsable, $"the From field is malformed at octet {reader.ProblemPosition}: right would be {expected}");
            ScanForDomains(value, domains);
        }
        else if (mailboxes == 0)
        {
            domains.Report(DmarcReason.NoMailbox, "the From field holds no mailbox; right would be at least one");
        }
        return mailboxes;
    }

    /// <summary>
    /// What can be read of a field that does not parse: the domain behind each "@". RFC 9989 §11.5 warns of mail made unparsable on
    /// purpose; the domains it shows to people decide how strictly it is handled, and can only make that stricter.
    /// </summary>
    private static void ScanForDomains(ReadOnlySpan<byte> value, Collector domains)
    {
        while (value.IndexOf((byte)'@') is >= 0 and var at)
        {
            value = value[(at + 1)..];
            var length = 0;
            while (length < value.Length && (value[length] >= 0x80 || value[length] is (byte)'-' or (byte)'_' or (byte)'.' || Octets.IsAlphanumeric(value[length])))
                length++;
            if (DomainName.TryParse(value[..length].TrimEnd((byte)'.'), out var domain) && domain.LabelCount > 1)
                domains.Add(domain);
            value = value[length..];
        }
    }

    /// <summary>Lines that begin behind a CR or LF alone (D13): to us part of another field, to a program that takes them for lines a From field.</summary>
    private static int ScanBareLines(ReadOnlySpan<byte> header, Collector domains)
    {
        var found = 0;
        while (header.IndexOfAny((byte)'\r', (byte)'\n') is >= 0 and var at)
        {
            var isWhole = header[at] == '\r' && at + 1 < header.Length && header[at + 1] == '\n';
            header = header[(at + (isWhole ? 2 : 1))..];
            if (isWhole || !header.StartsWithIgnoreCase("From"u8))
                continue;
            var rest = header[4..].TrimStart(" \t"u8);
            if (rest.IsEmpty || rest[0] != ':')
                continue;
            found++;
            var end = rest.IndexOfAny((byte)'\r', (byte)'\n');
            ScanForDomains(end < 0 ? rest : rest[..end], domains);
        }
        return found;
    }

    /// <summary>Gathers different domains up to the limit, and the first problem.</summary>
    private sealed class Collector(DmarcLimits limits)
    {
        private readonly ImmutableArray<DomainName>.Builder _domains = ImmutableArray.CreateBuilder<DomainName>(1);
        private DmarcReason? _problem;
        private string? _text;

        public DmarcLimits Limits => limits;

        public void Add(DomainName domain)
        {
            // Neither a name of one label nor an IP address is a domain that mail can come from; nothing is asked for it (M14).
            if (domain.LabelCount < 2)
                Report(DmarcReason.SingleLabelDomain, $"\"{domain}\" has one label only; right would be a domain such as example.com");
            else if (IpAddressText.TryParseIpv4(domain.Octets, out _))
                Report(DmarcReason.AddressLiteral, $"the author's address has the IP address \"{domain}\"; right would be a domain");
            else if (_domains.Contains(domain))
                return;
            else if (_domains.Count == limits.MaxAuthorDomains)
                Report(DmarcReason.TooManyAuthorDomains, $"the From field names more than {limits.MaxAuthorDomains} domains");
            else
                _domains.Add(domain);
        }

        public void Report(DmarcReason problem, string text)
        {
            _problem ??= problem;
            _text ??= text;
        }

        public void Override(DmarcReason problem, string text) => (_problem, _text) = (problem, text);

        public AuthorDomains ToAuthorDomains(int mailboxes) => new(_domains.DrainToImmutable(), mailboxes, _problem, _text);
    }
}
