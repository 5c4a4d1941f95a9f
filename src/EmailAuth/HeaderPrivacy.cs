using System.Buffers;
using EmailAuth.Arc;
using EmailAuth.AuthResults;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Syntax;

namespace EmailAuth;

/// <summary>
/// Replaces the letters and digits of a header section, but for what is on a closed list: the names of fields, and what the readers of this library took from
/// From, the signatures and the results. No octet moves, and punctuation stays. Every octet is gone through a fixed number of times.
/// </summary>
internal sealed class HeaderPrivacy
{
    private static readonly SearchValues<byte> TokenEnds = SearchValues.Create(" \t\r\n<>()\",;:@[]"u8);

    private static readonly SearchValues<byte> PlainNameOctets =
        SearchValues.Create("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"u8);

    private readonly byte[] _hidden;
    private readonly TakenOctets _taken;
    private readonly Pseudonyms _pseudonyms;
    private readonly List<(int Start, int Length)> _refusedResults = [];

    private HeaderPrivacy(ReadOnlyMemory<byte> octets, Pseudonyms pseudonyms)
    {
        _hidden = octets.ToArray();
        _taken = new TakenOctets(octets);
        _pseudonyms = pseudonyms;
    }

    public static byte[] Hide(VerdictEvidence evidence, Pseudonyms pseudonyms)
    {
        var limits = evidence.Options.Limits;
        var privacy = new HeaderPrivacy(evidence.Header, pseudonyms);
        privacy.Take(evidence.ReadHeader(limits.Message), limits);
        var isTaken = privacy._taken.ToFlags();
        privacy.Replace(isTaken);
        privacy.KeepRefused(isTaken, limits.AuthenticationResults);
        return privacy._hidden;
    }

    /// <summary>A name of letters, digits, hyphens and underscores.</summary>
    public static bool IsPlainName(ReadOnlySpan<byte> name) => !name.IsEmpty && !name.ContainsAnyExcept(PlainNameOctets);

    /// <summary>Replaces the letters and digits of a text, word by word, so that a word has the same replacement wherever it stands.</summary>
    public static void ReplaceWords(Span<byte> text, Pseudonyms pseudonyms)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOfAny(TokenEnds);
            pseudonyms.Replace(end < 0 ? text : text[..end]);
            text = end < 0 ? default : text[(end + 1)..];
        }
    }

    /// <summary>What was refused must not be accepted because of its replacement: a "!" stands in no domain.</summary>
    public static void Spoil(Span<byte> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] >= 0x80 || Octets.IsAlphanumeric(text[i]))
            {
                text[i] = (byte)'!';
                return;
            }
        }
    }

    // ---- What stays ----

    private void Take(HeaderBlock header, EmailAuthLimits limits)
    {
        AuthorDomains.Read(header, limits.Dmarc, _taken);
        var authors = _taken.Count;
        if (header.Defect != MessageDefect.None)
            TakeNamesOfLines(header.Octets);
        var signatures = new SignaturePrivacy(_hidden, _taken, _pseudonyms);
        foreach (ref readonly var field in header.Fields)
        {
            if (IsPlainName(header.Name(field)))
                _taken.Take(header.Name(field));
            var kind = ArcFields.KindOf(header, field);
            if (header.IsNamed(field, "DKIM-Signature"u8))
                signatures.Take(header.Value(field), isArc: false);
            else if (header.IsNamed(field, "Authentication-Results"u8))
                TakeResults(header.Value(field), limits.AuthenticationResults);
            else if (kind is ArcFieldKind.Seal or ArcFieldKind.MessageSignature)
                signatures.Take(header.Value(field), isArc: true);
            else if (kind == ArcFieldKind.AuthenticationResults && signatures.TakeInstance(header.Value(field), out var payload))
                TakeResults(header.Value(field)[payload..], limits.AuthenticationResults);
        }
        // Behind a line end of half a kind they may stand within a signature that was rewritten (D13).
        _taken.CopyTo(_hidden, authors);
    }

    /// <summary>The section was not split into fields; a line that goes on begins with white space and has no name.</summary>
    private void TakeNamesOfLines(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            var end = octets.IndexOf((byte)'\n');
            var line = end < 0 ? octets : octets[..end];
            if (line.IndexOf((byte)':') is > 0 and var colon && IsPlainName(line[..colon]))
                _taken.Take(line[..colon]);
            octets = end < 0 ? default : octets[(end + 1)..];
        }
    }

    private void TakeResults(ReadOnlySpan<byte> value, AuthenticationResultsLimits limits)
    {
        var before = _taken.Count;
        var reader = new AuthenticationResultsReader(value, limits) { Taken = _taken };
        if (reader.Read(out _, out _) is null)
            return;
        _taken.Forget(before);
        _refusedResults.Add((_taken.Start(value), value.Length));
    }

    // ---- What goes ----

    private void Replace(ReadOnlySpan<bool> isTaken)
    {
        for (var at = 0; at < isTaken.Length;)
        {
            var length = isTaken[at..].IndexOf(!isTaken[at]);
            if (length < 0)
                length = isTaken.Length - at;
            if (!isTaken[at])
                ReplaceWords(_hidden.AsSpan(at, length), _pseudonyms);
            at += length;
        }
    }

    /// <summary>What no reader accepted must be refused in the replacement too.</summary>
    private void KeepRefused(ReadOnlySpan<bool> isTaken, AuthenticationResultsLimits limits)
    {
        foreach (var (start, length) in _taken.RefusedDomains)
        {
            if (!isTaken.Slice(start, length).Contains(true) && IsDomain(_hidden.AsSpan(start, length)))
                Spoil(_hidden.AsSpan(start, length));
        }
        foreach (var (start, length) in _taken.RefusedShown)
        {
            for (var at = start; at < start + length; at++)
            {
                if (!isTaken[at] && (_hidden[at] >= 0x80 || Octets.IsAlphanumeric(_hidden[at])))
                    _hidden[at] = (byte)'!';
            }
        }
        foreach (var (start, length) in _refusedResults)
        {
            var value = _hidden.AsSpan(start, length);
            if (new AuthenticationResultsReader(value, limits).Read(out _, out _) is not null)
                continue;
            // No field begins with its first result.
            var reader = new SyntaxReader(value.TrimStart(" \t\r\n"u8));
            reader.TrySkipCfws();
            value[length - reader.Rest.Length] = (byte)';';
        }
    }

    /// <summary>With folds, which AuthorDomains takes out.</summary>
    private static bool IsDomain(ReadOnlySpan<byte> text)
    {
        if (text.Length > DomainName.MaxLength * 8)
            return false;
        Span<byte> room = stackalloc byte[DomainName.MaxLength * 8];
        var length = 0;
        foreach (var octet in text)
        {
            if (!Octets.IsFws(octet))
                room[length++] = octet;
        }
        return DomainName.TryParse(((ReadOnlySpan<byte>)room[..length]).TrimEnd((byte)'.'), out var domain) && domain.LabelCount > 1;
    }
}
