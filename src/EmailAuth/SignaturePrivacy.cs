using System.Text;
using EmailAuth.Arc;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Signatures;
using EmailAuth.Syntax;

namespace EmailAuth;

/// <summary>
/// What of DKIM-Signature and the ARC fields is judged, tag by tag: values that are as they should be stay; what is wrong is replaced, and stays wrong.
/// </summary>
/// <param name="hidden">The header section in which is written.</param>
/// <param name="taken">Is told what stays, by its place in the header section as it came.</param>
/// <param name="pseudonyms">Replaces.</param>
internal sealed class SignaturePrivacy(byte[] hidden, TakenOctets taken, Pseudonyms pseudonyms)
{
    // An Ed25519 signature (RFC 8463 §4): the shortest that a key can verify.
    private const int ShortestSignature = 64;

    // SHA-1, to be told apart from what is no hash, and SHA-256.
    private const int Sha1Length = 20;

    /// <summary>Takes from the value of a signature field.</summary>
    public void Take(ReadOnlySpan<byte> value, bool isArc)
    {
        // Of a longer one nothing is read.
        if (value.Length > SignatureLimits.MaxValueLength)
            return;
        TakeTagNames(value);
        Span<TagSlice> room = stackalloc TagSlice[SignatureLimits.MaxTags];
        var isList = TagTable.Read(value, room, out var table, out _, out _) == TagTableError.None;
        foreach (ref readonly var tag in table.Tags)
        {
            var text = table.Value(tag);
            var name = table.Name(tag);
            if (name.SequenceEqual("d"u8) || name.SequenceEqual("s"u8))
                TakeDomain(text, isList || isArc);
            else if (isArc && name.SequenceEqual("i"u8))
                TakeInstance(text);
            else if (isArc && name.SequenceEqual("cv"u8))
                TakeChainValidation(text);
            else if (isList)
                TakeValue(name, text, isArc);
        }
    }

    /// <summary>Where a list goes wrong by its names, such as by one that stands twice, it must go on to: each is replaced by one of its own.</summary>
    private void TakeTagNames(ReadOnlySpan<byte> value)
    {
        Dictionary<string, string>? replacements = null;
        var reader = new TagListReader(value);
        for (var count = 0; count <= SignatureLimits.MaxTags && reader.MoveNext(); count++)
        {
            // The names that there are have one letter or two.
            if (reader.Name.Length > 2)
                ReplaceTagName(HiddenAt(reader.Name), replacements ??= []);
            taken.Take(reader.Name);
        }
    }

    private void ReplaceTagName(Span<byte> name, Dictionary<string, string> replacements)
    {
        var original = Octets.ToText(name);
        if (!replacements.TryGetValue(original, out var replacement))
        {
            HeaderPrivacy.ReplaceWords(name, pseudonyms);
            // Where another has it already, the next one that is free: of no form there are more names than the form has.
            while (replacements.ContainsValue(replacement = Octets.ToText(name)))
                StepOn(name);
            replacements.Add(original, replacement);
        }
        Encoding.Latin1.GetBytes(replacement, name);
    }

    /// <summary>To the next name of the same form: a digit, a small or a capital letter stays one; the first comes after the last.</summary>
    private static void StepOn(Span<byte> name)
    {
        for (var at = name.Length - 1; at >= 0; at--)
        {
            (name[at], var goesOn) = name[at] switch
            {
                (byte)'9' => ((byte)'0', true),
                (byte)'z' => ((byte)'a', true),
                (byte)'Z' => ((byte)'A', true),
                (byte)'_' => ((byte)'_', true),
                var octet => ((byte)(octet + 1), false),
            };
            if (!goesOn)
                return;
        }
    }

    private void TakeValue(ReadOnlySpan<byte> name, ReadOnlySpan<byte> text, bool isArc)
    {
        switch (name)
        {
            case [(byte)'v'] when text.Length == 1:
            case [(byte)'a'] when SignatureAlgorithms.Find(text) is not null:
            case [(byte)'l' or (byte)'t' or (byte)'x'] when Octets.TryParseNumber(text, out _):
                taken.Take(text);
                break;
            case [(byte)'b'] or [(byte)'b', (byte)'h']:
                TakeBase64(text, isHash: name.Length == 2);
                break;
            case [(byte)'c']:
                TakeWords(text, (byte)'/', static word => word.SequenceEqual("relaxed"u8) || word.SequenceEqual("simple"u8));
                break;
            case [(byte)'q']:
                TakeWords(text, (byte)':', static word => word.SequenceEqual("dns/txt"u8));
                break;
            case [(byte)'h']:
                TakeWords(text, (byte)':', HeaderPrivacy.IsPlainName);
                break;
            case [(byte)'i'] when !isArc:
                TakeIdentity(text);
                break;
        }
    }

    private delegate bool IsKept(ReadOnlySpan<byte> word);

    private void TakeWords(ReadOnlySpan<byte> text, byte separator, IsKept isKept)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOf(separator);
            var word = (end < 0 ? text : text[..end]).TrimFws();
            if (isKept(word))
                taken.Take(word);
            text = end < 0 ? default : text[(end + 1)..];
        }
    }

    private void TakeDomain(ReadOnlySpan<byte> text, bool isRead)
    {
        if (isRead && DomainName.TryParse(text, out _))
            taken.Take(text);
        else
            ReplaceRefused(text, static text => DomainName.TryParse(text, out _));
    }

    private void TakeChainValidation(ReadOnlySpan<byte> text)
    {
        if (ArcSignature.ReadChainValidation(text) is null)
        {
            ReplaceRefused(text, static text => ArcSignature.ReadChainValidation(text) is not null);
            return;
        }
        var reader = new SyntaxReader(text);
        reader.TrySkipCfws();
        taken.Take(reader.Take(4));
    }

    /// <summary>What may be a signature or hash stays; of what is too short for one its length.</summary>
    private void TakeBase64(ReadOnlySpan<byte> text, bool isHash)
    {
        if (!Base64Text.TryDecode(text, SignatureLimits.MaxValueLength, out var octets))
        {
            ReplaceRefused(text, static text => Base64Text.TryDecode(text, SignatureLimits.MaxValueLength, out _));
        }
        else if (isHash ? octets.Length is Sha1Length or SignatureAlgorithms.DigestLength : octets.Length >= ShortestSignature)
        {
            taken.Take(text);
        }
        else
        {
            foreach (ref var octet in HiddenAt(text))
            {
                if (octet != '=' && !Octets.IsFws(octet))
                    octet = (byte)'A';
            }
            taken.Take(text);
        }
    }

    private void ReplaceRefused(ReadOnlySpan<byte> text, IsKept isAccepted)
    {
        var replaced = HiddenAt(text);
        HeaderPrivacy.ReplaceWords(replaced, pseudonyms);
        if (isAccepted(replaced))
            HeaderPrivacy.Spoil(replaced);
        taken.Take(text);
    }

    // ---- i= of DKIM: an address, of which the domain stays (RFC 6376 §3.5) ----

    private void TakeIdentity(ReadOnlySpan<byte> text)
    {
        var isIdentity = DkimSignature.TrySplitIdentity(text, out _, out _);
        // RFC 6376 §2.11: an "@" may be written as "=40".
        var at = text.LastIndexOf((byte)'@');
        var quoted = text.LastIndexOf("=40"u8);
        var domain = quoted > at ? quoted + 3 : at + 1;
        ReplaceQuoted(HiddenAt(text[..(isIdentity ? domain : text.Length)]));
        if (!isIdentity && DkimSignature.TrySplitIdentity(HiddenAt(text), out _, out _))
            HeaderPrivacy.Spoil(HiddenAt(text[domain..]));
        taken.Take(text);
    }

    /// <summary>RFC 6376 §2.11: "=XX" is one octet, and remains one.</summary>
    private void ReplaceQuoted(Span<byte> text)
    {
        var octets = new byte[text.Length];
        var places = new int[text.Length];
        var count = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (Octets.IsFws(text[at]))
                continue;
            places[count] = at;
            octets[count] = text[at];
            if (text[at] == '=' && at + 2 < text.Length && Octets.HexValue(text[at + 1]) >= 0 && Octets.HexValue(text[at + 2]) >= 0)
            {
                octets[count] = (byte)(Octets.HexValue(text[at + 1]) << 4 | Octets.HexValue(text[at + 2]));
                at += 2;
            }
            else if (text[at] == '=' && at + 1 < text.Length && Octets.IsAlphanumeric(text[at + 1]))
            {
                // It is no octet, and must not become one.
                text[at + 1] = (byte)'!';
            }
            count++;
        }
        HeaderPrivacy.ReplaceWords(octets.AsSpan(0, count), pseudonyms);
        for (var i = 0; i < count; i++)
            Write(text[places[i]..], octets[i]);

        static void Write(Span<byte> text, byte octet)
        {
            if (text[0] != '=')
                text[0] = octet;
            else if (text.Length > 2 && Octets.HexValue(text[1]) >= 0 && Octets.HexValue(text[2]) >= 0)
                (text[1], text[2]) = ("0123456789ABCDEF"u8[octet >> 4], "0123456789ABCDEF"u8[octet & 15]);
        }
    }

    // ---- i= of ARC: a number (RFC 8617 §4.2.1) ----

    /// <summary>Takes the number with which the value of ARC-Authentication-Results begins. False if nothing behind it is read.</summary>
    public bool TakeInstance(ReadOnlySpan<byte> value, out int payload)
    {
        var fault = ArcInstance.ReadPrefix(value, out _, out payload);
        var reader = new SyntaxReader(value);
        if (!reader.TrySkipCfws())
            return false;
        var start = reader.Position;
        if (fault == ArcReason.InstanceSyntax)
        {
            // It must not come to begin with "i" by chance.
            if (!reader.AtEnd && Octets.IsAlphanumeric(value[start]))
            {
                HiddenAt(value)[start] = (byte)'!';
                taken.Take(value.Slice(start, 1));
            }
            return false;
        }
        taken.Take(reader.Take(1));
        if (reader.TrySkipCfws() && reader.TryTake((byte)'='))
            TakeInstance(reader.Rest);
        return fault == ArcReason.None;
    }

    private void TakeInstance(ReadOnlySpan<byte> text)
    {
        var reader = new SyntaxReader(text);
        if (!reader.TrySkipCfws())
            return;
        var start = reader.Position;
        while (reader.Peek is >= '0' and <= '9')
            reader.Position++;
        var digits = reader.Slice(start, reader.Position);
        // Of a number that is none that may stand here only that much is kept.
        if (digits.Length > 2)
            HiddenAt(digits)[(digits[0] == '0' ? 1 : 0)..].Fill((byte)'9');
        taken.Take(digits);
    }

    /// <summary>The same part in what is written.</summary>
    private Span<byte> HiddenAt(ReadOnlySpan<byte> part) => hidden.AsSpan(taken.Start(part), part.Length);
}
