using System.Collections.Immutable;
using EmailAuth.Signatures;
using EmailAuth.Syntax;

namespace EmailAuth.Dkim;

/// <summary>Says of a DKIM-Signature value what a verifier would refuse and what its signer may want to know.</summary>
internal static class DkimSignatureLint
{
    public static LintReport Check(byte[] value)
    {
        var diagnostics = ImmutableArray.CreateBuilder<Diagnostic>();
        Span<TagSlice> room = stackalloc TagSlice[SignatureLimits.MaxTags];
        var isList = SignatureTags.TryReadList(value, room, out var table, out var defect);
        ImmutableArray<SignatureDefect> defects = isList ? DkimSignature.FindDefects(value, table) : [defect];
        diagnostics.AddRange(defects.Select(static defect => defect.ToDiagnostic()));
        DkimSignature? signature = null;
        var isUsable = defects.IsEmpty && DkimSignature.TryRead(value, out signature, out _);
        isUsable &= CheckAlgorithm(table, diagnostics);
        if (signature is not null)
            CheckContents(signature, table, diagnostics);
        foreach (ref readonly var tag in table.Tags)
        {
            if (!IsKnown(table.Name(tag)))
                diagnostics.Add(new Diagnostic(DiagnosticSeverity.Info, tag.NamePosition, $"the tag {Octets.ToPrintable(table.Name(tag))}= is unknown; verifiers ignore it", "RFC 6376 §3.5"));
        }
        return new LintReport(isUsable, [.. diagnostics.OrderBy(static diagnostic => diagnostic.Position)]);
    }

    private static void CheckContents(DkimSignature signature, in TagTable table, ImmutableArray<Diagnostic>.Builder diagnostics)
    {
        var names = signature.Tags.SignedFields;
        var fields = PositionOf(table, "h"u8);
        if (names.CountOf("From"u8) < 2)
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Info, fields, "From stands once in h=; named once more than the message has it, a From field added later would break the signature", "RFC 6376 §5.4"));
        if (!names.Contains("Subject"u8))
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, fields, "Subject is not signed: anybody may change it", "RFC 6376 §5.4.1"));
        if (!names.Contains("Date"u8))
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, fields, "Date is not signed: anybody may change it", "RFC 6376 §5.4.1"));
        if (signature.BodyLength is { } length)
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, PositionOf(table, "l"u8), $"l={length} lets anybody add to the body; many receivers do not accept it, and l= is best left out", "RFC 6376 §8.2"));
        if (signature.Timestamp is null)
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Info, 0, "t= is not there; receivers like to know when a message was signed", "RFC 6376 §3.5"));
        if (signature.Domain.LabelCount < 2)
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, PositionOf(table, "d"u8), "d= has a single label; such a domain never aligns with an author's", "RFC 6376 §3.5"));
    }

    private static bool CheckAlgorithm(in TagTable table, ImmutableArray<Diagnostic>.Builder diagnostics)
    {
        if (!table.TryFind("a"u8, out var tag) || SignatureAlgorithms.Find(table.Value(tag)) != SignatureAlgorithm.RsaSha1)
            return true;
        diagnostics.Add(new Diagnostic(DiagnosticSeverity.Error, tag.ValuePosition, "rsa-sha1 no longer counts; sign with rsa-sha256", "RFC 8301 §3.1"));
        return false;
    }

    private static int PositionOf(in TagTable table, ReadOnlySpan<byte> name) => table.TryFind(name, out var tag) ? tag.ValuePosition : 0;

    private static bool IsKnown(ReadOnlySpan<byte> name) => name.Length switch
    {
        1 => "vabcdhilqstxz"u8.Contains(name[0]),
        2 => name.SequenceEqual("bh"u8),
        // RFC 6651 §3.2, RFC 6541 §3.
        _ => name.SequenceEqual("atps"u8) || name.SequenceEqual("atpsh"u8),
    } || name.SequenceEqual("r"u8);
}
