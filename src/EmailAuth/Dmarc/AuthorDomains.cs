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
    /// <see cref="Problem"/> those that could be read all the same, at most <see cref="DmarcLimits.MaxMailboxes"/>: they serve to find the strictest policy,
    /// never to pass.
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

    /// <summary>The same, refused where there are several authors.</summary>
    internal AuthorDomains RefusingSeveral() => Problem is null && (MailboxCount > 1 || Domains.Length > 1)
        ? new AuthorDomains(Domains, MailboxCount, DmarcReason.SeveralAuthors, $"the From field holds {MailboxCount} mailboxes; this receiver takes exactly one")
        : this;

    /// <summary>Reads the From field of a header section, or tells why it cannot be one message's only From field.</summary>
    /// <param name="header">The header section.</param>
    /// <param name="limits">How much is read.</param>
    /// <param name="taken">Is told where what was read stands.</param>
    /// <param name="names">Names met lately, if there are any.</param>
    internal static AuthorDomains Read(HeaderBlock header, DmarcLimits limits, TakenOctets? taken = null, DomainNames? names = null)
    {
        var domains = new Collector(limits, taken, names);
        if (header.Defect != MessageDefect.None)
        {
            // It can be made so on purpose: whom it names as its author in what was seen decides how strictly it is handled (RFC 9989 §11.5).
            domains.Report(DmarcReason.HeaderNotRead, "the header section breaks a limit and was not read");
            ScanLines(header.Octets, bareOnly: false, ref domains);
            return domains.ToAuthorDomains(0);
        }

        int fields = 0, lookalikes = 0, mailboxes = 0;
        foreach (ref readonly var field in header.Fields)
        {
            if (header.IsNamed(field, "From"u8))
            {
                fields++;
                mailboxes += ReadField(header.Value(field), ref domains);
            }
            else if (header.IsDisguisedAs(field, "From"u8))
            {
                // RFC 5322 allows no white space before a field's name, no fold before its colon, and nothing but visible octets in it; another program may
                // read it all the same.
                lookalikes++;
                taken?.Take(header.Octets[field.Start..field.Colon]);
                ScanForDomains(header.Value(field), ref domains);
            }
        }
        if (header.HasBareLineEnd)
            lookalikes += ScanLines(header.Octets, bareOnly: true, ref domains);

        if (fields + lookalikes > 1)
        {
            domains.Override(DmarcReason.SeveralFromFields, lookalikes == 0
                ? $"there are {fields} From fields; right would be exactly one (RFC 5322 §3.6)"
                : $"{fields + lookalikes} lines can be taken for a From field; right would be exactly one (RFC 5322 §3.6)");
        }
        else if (lookalikes == 1)
            domains.Override(DmarcReason.FromNotParsable, "the name of the From field has white space before it, or a line end or an octet in it, where none may be");
        else if (fields == 0)
            domains.Report(DmarcReason.NoFromField, "there is no From field; right would be exactly one (RFC 5322 §3.6)");
        return domains.ToAuthorDomains(mailboxes);
    }

    private static int ReadField(ReadOnlySpan<byte> value, ref Collector domains)
    {
        var mailboxes = 0;
        var reader = new MailboxListReader(value);
        while (reader.MoveNext())
        {
            if (++mailboxes > domains.Limits.MaxMailboxes)
            {
                domains.Report(DmarcReason.TooManyMailboxes, $"the From field holds more than {domains.Limits.MaxMailboxes} mailboxes");
                ScanForDomains(value, ref domains);
                return mailboxes;
            }
            if (reader.IsAddressLiteral)
            {
                domains.Report(DmarcReason.AddressLiteral, $"the author's address ends in the address literal \"[{Octets.ToPrintable(reader.Domain)}]\"; right would be a domain");
                TakeShown(reader.Domain, ref domains);
            }
            else if (domains.Names is { } names ? names.TryParse(reader.Domain, out var domain) : DomainName.TryParse(reader.Domain, out domain))
                domains.Add(domain, reader.Domain);
            else
            {
                domains.Refuse(reader.Domain, DmarcReason.InvalidDomain, $"\"{Octets.ToPrintable(reader.Domain)}\" in the From field is not a domain name");
                TakeShown(reader.Domain, ref domains);
            }
        }
        if (reader.Problem is { } expected)
        {
            domains.Report(DmarcReason.FromNotParsable, $"the From field is malformed at octet {reader.ProblemPosition}: right would be {expected}");
            ScanForDomains(value, ref domains);
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
    private static void ScanForDomains(ReadOnlySpan<byte> value, ref Collector domains)
    {
        ScanAsWritten(value, ref domains);
        ScanWithoutComments(value, knowsQuotes: true, ref domains);
        // Of a field that does not parse nobody knows what its quotes quote.
        if (value.Contains((byte)'(') && value.Contains((byte)'"'))
            ScanWithoutComments(value, knowsQuotes: false, ref domains);
        ScanEncodedWords(value, ref domains);
    }

    private static void ScanWithoutComments(ReadOnlySpan<byte> value, bool knowsQuotes, ref Collector domains)
    {
        var shown = ShownDomain.WithoutComments(value, knowsQuotes);
        var hasComments = shown.Contains((byte)0);
        var hasWords = value.IndexOf("=?"u8) >= 0;
        ScanAsShown(value, shown, ShownReading.Plain, ref domains);
        if (hasComments)
            ScanAsShown(value, shown, ShownReading.CommentsJoin, ref domains);
        if (hasWords)
            ScanAsShown(value, shown, ShownReading.EndsAtWord, ref domains);
        if (hasComments && hasWords)
            ScanAsShown(value, shown, ShownReading.CommentsJoin | ShownReading.EndsAtWord, ref domains);
    }

    /// <summary>The domains as other programs show them, the same octets but for comments.</summary>
    private static void ScanAsShown(ReadOnlySpan<byte> value, ReadOnlySpan<byte> shown, ShownReading reading, ref Collector domains)
    {
        while (shown.IndexOf((byte)'@') is >= 0 and var at)
        {
            shown = shown[(at + 1)..];
            value = value[(at + 1)..];
            TakeShown(value, shown, reading, ref domains);
        }
    }

    /// <summary>A domain of an address that is whole but for it.</summary>
    private static void TakeShown(ReadOnlySpan<byte> domain, ref Collector domains)
    {
        TakeShown(domain, domain, ShownReading.Plain, ref domains);
        if (domain.IndexOf("=?"u8) < 0)
            return;
        TakeShown(domain, domain, ShownReading.EndsAtWord, ref domains);
        ScanEncodedWords(domain, ref domains);
    }

    private static void TakeShown(ReadOnlySpan<byte> value, ReadOnlySpan<byte> shown, ShownReading reading, ref Collector domains)
    {
        Span<byte> room = stackalloc byte[DomainName.MaxLength * 4];
        value = value[..ShownDomain.Read(shown, reading, room, out var written)];
        if (!AddShown(room[..written], ref domains))
        {
            domains.Taken?.RefuseShown(value);
            return;
        }
        for (var at = 0; domains.Taken is { } taken && at < value.Length; at++)
        {
            // Not the comments.
            if (shown[at] != 0)
                taken.Take(value.Slice(at, 1));
        }
    }

    /// <summary>False where it is no domain; a name of one label is not even made.</summary>
    private static bool AddShown(ReadOnlySpan<byte> name, ref Collector domains)
    {
        if (!name.Contains((byte)'.') || !DomainName.TryParse(name, out var domain) || domain.LabelCount < 2)
            return false;
        domains.Add(domain);
        return true;
    }

    /// <summary>The domains behind an "@" within an encoded word, which may end in it or go on behind it.</summary>
    private static void ScanEncodedWords(ReadOnlySpan<byte> value, ref Collector domains)
    {
        Span<byte> word = stackalloc byte[ShownDomain.LongestEncodedWord];
        Span<byte> room = stackalloc byte[DomainName.MaxLength * 4];
        while (value.IndexOf("=?"u8) is >= 0 and var at)
        {
            value = value[at..];
            if (!ShownDomain.TryDecode(value, word, out var length, out var decoded))
            {
                value = value[2..];
                continue;
            }
            var isTaken = false;
            var text = word[..decoded];
            while (text.IndexOf((byte)'@') is >= 0 and var sign)
            {
                text = text[(sign + 1)..];
                ShownDomain.Read(default, ShownReading.Plain, room, out var written, text);
                isTaken |= AddShown(room[..written], ref domains);
                var behind = ShownDomain.Read(value[length..], ShownReading.Plain, room, out written, text);
                if (behind > 0 && AddShown(room[..written], ref domains))
                {
                    isTaken = true;
                    domains.Taken?.Take(value.Slice(length, behind));
                }
            }
            if (isTaken)
                domains.Taken?.Take(value[..length]);
            else
                domains.Taken?.RefuseShown(value[..length]);
            value = value[length..];
        }
    }

    private static void ScanAsWritten(ReadOnlySpan<byte> value, ref Collector domains)
    {
        Span<byte> room = stackalloc byte[DomainName.MaxLength * 4];
        while (value.IndexOf((byte)'@') is >= 0 and var at)
        {
            value = value[(at + 1)..];
            var rest = value;
            var length = TakeDomain(ref value, room);
            var text = rest[..^value.Length];
            var name = ((ReadOnlySpan<byte>)room[..length]).TrimEnd((byte)'.');
            if (name.Contains((byte)'.') && DomainName.TryParse(name, out var domain) && domain.LabelCount > 1)
                domains.Add(domain, text);
            else
                domains.Taken?.RefuseDomain(text);
        }
    }

    /// <summary>RFC 5322 §4.4, obs-domain: white space may stand around each dot. Comments end it here.</summary>
    private static int TakeDomain(ref ReadOnlySpan<byte> value, scoped Span<byte> room)
    {
        var length = 0;
        var next = 0;
        while (next < value.Length && length < room.Length)
        {
            var octet = value[next];
            if (octet >= 0x80 || octet is (byte)'-' or (byte)'_' or (byte)'.' || Octets.IsAlphanumeric(octet))
            {
                room[length++] = octet;
                next++;
                continue;
            }
            var behind = next;
            while (behind < value.Length && Octets.IsFws(value[behind]))
                behind++;
            var goesOn = behind > next && behind < value.Length && (value[behind] == '.' || length == 0 || room[length - 1] == '.');
            if (!goesOn)
                break;
            next = behind;
        }
        value = value[next..];
        return length;
    }

    /// <summary>
    /// Lines that are, or that another program may take for, a From field: behind a CR or LF alone (D13), to us a part of another field; or every line
    /// of a header section that was not split.
    /// </summary>
    private static int ScanLines(ReadOnlySpan<byte> header, bool bareOnly, ref Collector domains)
    {
        var found = 0;
        if (!bareOnly && IsFrom(header))
            found += Scan(header, ref domains);
        while (header.IndexOfAny((byte)'\r', (byte)'\n') is >= 0 and var at)
        {
            var isWhole = header[at] == '\r' && at + 1 < header.Length && header[at + 1] == '\n';
            header = header[(at + (isWhole ? 2 : 1))..];
            if (!(isWhole && bareOnly) && IsFrom(header))
                found += Scan(header, ref domains);
        }
        return found;

        static bool IsFrom(ReadOnlySpan<byte> line)
        {
            // Behind white space it is a fold, whichever way the line before it ends.
            var end = line.IndexOfAny((byte)':', (byte)'\r', (byte)'\n');
            return end > 0 && line[end] == ':' && !Octets.IsWsp(line[0]) && line[..end].EqualsVisibly("From"u8);
        }

        static int Scan(ReadOnlySpan<byte> line, ref Collector domains)
        {
            domains.Taken?.Take(line[..line.IndexOf((byte)':')]);
            var end = 0;
            while (end < line.Length && line[end..].IndexOfAny((byte)'\r', (byte)'\n') is >= 0 and var at)
            {
                end += at + 1;
                // A fold goes on, whichever way its line ends.
                var next = line[end..] is [(byte)'\n', ..] ? end + 1 : end;
                if (next >= line.Length || !Octets.IsWsp(line[next]))
                {
                    ScanForDomains(line[..end], ref domains);
                    return 1;
                }
                end = next;
            }
            ScanForDomains(line, ref domains);
            return 1;
        }
    }

    /// <summary>Gathers different domains up to the limit, and the first problem.</summary>
    private struct Collector(DmarcLimits limits, TakenOctets? taken = null, DomainNames? names = null)
    {
        private ImmutableArray<DomainName> _domains = [];
        private DmarcReason? _problem;
        private string? _text;

        public readonly DmarcLimits Limits => limits;

        public readonly TakenOctets? Taken => taken;

        public readonly DomainNames? Names => names;

        public void Add(DomainName domain, ReadOnlySpan<byte> text)
        {
            if (domain.LabelCount > 1)
                taken?.Take(text);
            else
                taken?.RefuseDomain(text);
            Add(domain);
        }

        public void Refuse(ReadOnlySpan<byte> text, DmarcReason problem, string problemText)
        {
            taken?.RefuseDomain(text);
            Report(problem, problemText);
        }

        public void Add(DomainName domain)
        {
            // Neither a name of one label nor an IP address is a domain that mail can come from; nothing is asked for it (M14).
            if (domain.LabelCount < 2)
                Report(DmarcReason.SingleLabelDomain, $"\"{domain}\" has one label only; right would be a domain such as example.com");
            else if (IpAddressText.TryParseIpv4(domain.Octets, out _))
                Report(DmarcReason.AddressLiteral, $"the author's address has the IP address \"{domain}\"; right would be a domain");
            else if (!_domains.Contains(domain))
                AddNew(domain);
        }

        private void AddNew(DomainName domain)
        {
            if (_domains.Length >= limits.MaxAuthorDomains)
                Report(DmarcReason.TooManyAuthorDomains, $"the From field names more than {limits.MaxAuthorDomains} domains");
            // Over the limit the message cannot pass any more; the further domains may still say how strictly it is to be handled (M9).
            if (_domains.Length < Math.Max(limits.MaxAuthorDomains, limits.MaxMailboxes))
                _domains = _domains.Add(domain);
        }

        public void Report(DmarcReason problem, string text)
        {
            _problem ??= problem;
            _text ??= text;
        }

        public void Override(DmarcReason problem, string text) => (_problem, _text) = (problem, text);

        public readonly AuthorDomains ToAuthorDomains(int mailboxes) => new(_domains, mailboxes, _problem, _text);
    }
}
