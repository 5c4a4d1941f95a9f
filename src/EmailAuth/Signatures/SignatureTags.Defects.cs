using System.Collections.Immutable;
using System.Text;
using EmailAuth.Dns;

namespace EmailAuth.Signatures;

/// <content>All that is wrong, for the one who wrote it; a verifier ends at the first.</content>
internal sealed partial class SignatureTags
{
    /// <summary>Reads the shared tags each for itself: whatever <see cref="TryRead"/> refuses first is among what is found.</summary>
    public static ImmutableArray<SignatureDefect> FindDefects(ReadOnlyMemory<byte> value, in TagTable table, SignatureKind kind)
    {
        var found = ImmutableArray.CreateBuilder<SignatureDefect>();
        var isMessage = kind != SignatureKind.Seal;
        foreach (var name in (ReadOnlySpan<string>)(isMessage ? ["a", "b", "bh", "d", "h", "s"] : ["a", "b", "d", "s"]))
        {
            if (!table.TryFind(Encoding.Latin1.GetBytes(name), out _))
                found.Add(Missing(name));
        }
        SignatureAlgorithm? algorithm = table.TryFind("a"u8, out _) && IsRead(TryReadAlgorithm(table, out var named, out var defect), defect, found) ? named : null;
        DomainName? domain = null, selector = null;
        if (table.TryFind("d"u8, out _))
            IsRead(TryReadName(table, "d"u8, SignatureRule.Domain, null, out domain, out defect), defect, found);
        if (table.TryFind("s"u8, out var selectorTag))
            IsRead(TryReadName(table, "s"u8, SignatureRule.Selector, null, out selector, out defect), defect, found);
        if (table.TryFind("b"u8, out _))
            IsRead(TryReadSignature(table, out _, out defect), defect, found);
        if (domain is not null && selector is not null && !TryMakeKeyName(selector, domain, out _))
            found.Add(KeyNameTooLong(selector, domain, selectorTag));

        // What a tag holds beside those that are missing or wrong: none of these looks at them.
        var rest = new SignatureTags
        {
            Algorithm = algorithm ?? default,
            Domain = DomainName.Root,
            Selector = DomainName.Root,
            KeyName = DomainName.Root,
            SignatureOctets = [],
            SignatureStart = 0,
            SignatureEnd = 0,
        };
        IsRead(rest.TryReadTimestamp(table, out defect), defect, found);
        if (!isMessage)
            return found.DrainToImmutable();
        // How long the hash must be is a matter of the algorithm.
        if (algorithm is not null && table.TryFind("bh"u8, out _))
            IsRead(rest.TryReadBodyHash(table, out defect), defect, found);
        IsRead(rest.TryReadCanonicalization(table, out defect), defect, found);
        if (table.TryFind("h"u8, out _))
            IsRead(rest.TryReadSignedFields(value, table, kind, out defect), defect, found);
        IsRead(TryReadNumber(table, "l"u8, SignatureRule.BodyLength, out _, out defect), defect, found);
        if (IsRead(TryReadNumber(table, "x"u8, SignatureRule.Expiration, out var expiration, out defect), defect, found))
            IsRead(rest.IsLaterThanTimestamp(table, expiration, out defect), defect, found);
        IsRead(TryReadQueryMethods(table, out defect), defect, found);
        return found.DrainToImmutable();
    }

    private static bool IsRead(bool isRead, SignatureDefect defect, ImmutableArray<SignatureDefect>.Builder found)
    {
        if (!isRead)
            found.Add(defect);
        return isRead;
    }
}
