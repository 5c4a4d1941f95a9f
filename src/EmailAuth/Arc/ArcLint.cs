using System.Collections.Immutable;
using EmailAuth.Signatures;
using EmailAuth.Syntax;

namespace EmailAuth.Arc;

/// <summary>Says of an ARC-Seal or ARC-Message-Signature value what a validator would refuse and what its sealer may want to know.</summary>
internal static class ArcLint
{
    public static LintReport CheckSeal(byte[] value) => Check(value, SignatureKind.Seal);

    public static LintReport CheckMessageSignature(byte[] value) => Check(value, SignatureKind.ArcMessage);

    private static LintReport Check(byte[] value, SignatureKind kind)
    {
        var found = ImmutableArray.CreateBuilder<Diagnostic>();
        Span<TagSlice> room = stackalloc TagSlice[SignatureLimits.MaxTags];
        var isList = SignatureTags.TryReadList(value, room, out var table, out var defect);
        SignatureTags? tags = null;
        if (!isList)
            found.Add(defect.ToDiagnostic());
        else if (!SignatureTags.TryRead(value, table, kind, out tags, out _))
            found.AddRange(SignatureTags.FindDefects(value, table, kind).Select(static defect => defect.ToDiagnostic()));
        if (isList)
        {
            CheckInstance(table, found);
            if (kind == SignatureKind.Seal)
                CheckSeal(table, found);
            else if (tags is not null)
                CheckMessageSignature(tags, table, found);
            CheckBoth(table, found);
        }
        foreach (ref readonly var tag in table.Tags)
            CheckKnown(table.Name(tag), tag.NamePosition, kind, found);
        return new LintReport(!found.Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), [.. found.OrderBy(static diagnostic => diagnostic.Position)]);
    }

    private static void CheckInstance(in TagTable table, ImmutableArray<Diagnostic>.Builder found)
    {
        if (!table.TryFind("i"u8, out var tag))
            found.Add(new Diagnostic(DiagnosticSeverity.Error, 0, "the instance tag i= is not there; a number from 1 to 50 was expected", "RFC 8617 §4.2.1"));
        else if (ArcInstance.Read(table.Value(tag), out _) != ArcReason.None)
            found.Add(new Diagnostic(DiagnosticSeverity.Error, tag.ValuePosition, $"\"{Octets.ToPrintable(table.Value(tag))}\" in i= is no instance; a number from 1 to 50 without leading zeros was expected", "RFC 8617 §4.2.1"));
    }

    private static void CheckSeal(in TagTable table, ImmutableArray<Diagnostic>.Builder found)
    {
        if (table.TryFind("h"u8, out var fields))
            found.Add(new Diagnostic(DiagnosticSeverity.Error, fields.NamePosition, "a seal must not have h=: what it covers is fixed, and the chain fails", "RFC 8617 §4.1.3"));
        if (!table.TryFind("cv"u8, out var tag))
        {
            found.Add(new Diagnostic(DiagnosticSeverity.Error, 0, "the tag cv= is not there; none, pass or fail was expected", "RFC 8617 §4.1.3"));
            return;
        }
        var validation = ArcSignature.ReadChainValidation(table.Value(tag));
        var isFirst = table.TryFind("i"u8, out var i) && ArcInstance.Read(table.Value(i), out var instance) == ArcReason.None && instance == 1;
        if (validation is null)
            found.Add(new Diagnostic(DiagnosticSeverity.Error, tag.ValuePosition, $"\"{Octets.ToPrintable(table.Value(tag))}\" in cv= is no chain status; none, pass or fail was expected", "RFC 8617 §3.9"));
        else if (validation == ArcChainValidation.Fail)
            found.Add(new Diagnostic(DiagnosticSeverity.Warning, tag.ValuePosition, "cv=fail marks the chain as broken for good; no set may follow", "RFC 8617 §5.1.2"));
        else if (i.NameLength > 0 && isFirst != (validation == ArcChainValidation.None))
            found.Add(new Diagnostic(DiagnosticSeverity.Error, tag.ValuePosition, isFirst ? "the seal of the first set must say cv=none" : "the seal of a later set must say cv=pass", "RFC 8617 §5.2"));
    }

    private static void CheckMessageSignature(SignatureTags tags, in TagTable table, ImmutableArray<Diagnostic>.Builder found)
    {
        var fields = PositionOf(table, "h"u8);
        if (tags.SignedFields.Contains("ARC-Seal"u8))
            found.Add(new Diagnostic(DiagnosticSeverity.Error, fields, "h= names ARC-Seal, which a message signature must not cover: it breaks with the seal of its own set", "RFC 8617 §4.1.2"));
        if (tags.SignedFields.Contains("ARC-Message-Signature"u8) || tags.SignedFields.Contains("ARC-Authentication-Results"u8))
            found.Add(new Diagnostic(DiagnosticSeverity.Warning, fields, "h= names an ARC field, which a message signature must not cover", "RFC 8617 §4.1.2"));
        if (tags.SignedFields.Contains("Authentication-Results"u8))
            found.Add(new Diagnostic(DiagnosticSeverity.Warning, fields, "h= names Authentication-Results, which the next receiver is likely to remove", "RFC 8617 §4.1.2"));
        if (!tags.SignedFields.Contains("From"u8))
            found.Add(new Diagnostic(DiagnosticSeverity.Warning, fields, "From is not signed: anybody may change it, and nobody can go by the chain", "RFC 6376 §5.4"));
        if (tags.BodyLength is { } length)
            found.Add(new Diagnostic(DiagnosticSeverity.Warning, PositionOf(table, "l"u8), $"l={length} lets anybody add to the body, and the chain then fails; leave l= out", "RFC 6376 §8.2"));
    }

    private static void CheckBoth(in TagTable table, ImmutableArray<Diagnostic>.Builder found)
    {
        if (table.TryFind("a"u8, out var algorithm) && SignatureAlgorithms.Find(table.Value(algorithm)) == SignatureAlgorithm.RsaSha1)
            found.Add(new Diagnostic(DiagnosticSeverity.Error, algorithm.ValuePosition, "rsa-sha1 no longer counts; sign with rsa-sha256", "RFC 8301 §3.1"));
        if (!table.TryFind("t"u8, out _))
            found.Add(new Diagnostic(DiagnosticSeverity.Info, 0, "t= is not there; receivers like to know when a message was sealed", "RFC 6376 §3.5"));
    }

    private static void CheckKnown(ReadOnlySpan<byte> name, int position, SignatureKind kind, ImmutableArray<Diagnostic>.Builder found)
    {
        var isKnown = kind == SignatureKind.Seal
            ? name.SequenceEqual("cv"u8) || (name.Length == 1 && "abdisth"u8.Contains(name[0]))
            : name.SequenceEqual("bh"u8) || (name.Length == 1 && "abcdhilqstxz"u8.Contains(name[0]));
        if (!isKnown)
            found.Add(new Diagnostic(DiagnosticSeverity.Info, position, $"the tag {Octets.ToPrintable(name)}= means nothing here; validators ignore it", kind == SignatureKind.Seal ? "RFC 8617 §4.1.3" : "RFC 8617 §4.1.2"));
    }

    private static int PositionOf(in TagTable table, ReadOnlySpan<byte> name) => table.TryFind(name, out var tag) ? tag.ValuePosition : 0;
}
