using System.Collections.Immutable;
using EmailAuth.Signatures;
using EmailAuth.Syntax;

namespace EmailAuth.Dkim;

/// <summary>Says of a key record what a verifier would refuse and what its owner may want to know (RFC 6376 §3.6.1).</summary>
internal static class DkimKeyRecordLint
{
    public static LintReport Check(byte[] text)
    {
        var diagnostics = ImmutableArray.CreateBuilder<Diagnostic>();
        var record = KeyRecord.Read(text);
        if (record.Rule != KeyRule.None)
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Error, record.Position, record.Text, SectionOf(record.Rule)));
        Span<TagSlice> room = stackalloc TagSlice[SignatureLimits.MaxTags];
        TagTable.Read(text.AsSpan(0, Math.Min(text.Length, SignatureLimits.MaxKeyRecordOctets)), room, out var table, out _, out _);
        if (record.IsKeyRecord)
            CheckTags(record, table, diagnostics);
        foreach (ref readonly var tag in table.Tags)
        {
            if (table.Name(tag).SequenceEqual("g"u8))
                diagnostics.Add(new Diagnostic(DiagnosticSeverity.Info, tag.NamePosition, "g= is obsolete; verifiers ignore it", "RFC 6376 appendix C"));
            else if (!IsKnown(table.Name(tag)))
                diagnostics.Add(new Diagnostic(DiagnosticSeverity.Info, tag.NamePosition, $"the tag {Octets.ToPrintable(table.Name(tag))}= is unknown; verifiers ignore it", "RFC 6376 §3.6.1"));
        }
        var isUsable = record.Rule == KeyRule.None && record is { ServesEmail: true, AllowsSha256: true } && !IsTooShort(record);
        return new LintReport(isUsable, [.. diagnostics.OrderBy(static diagnostic => diagnostic.Position)]);
    }

    private static bool IsTooShort(KeyRecord record) => record is { Type: KeyType.Rsa, Key.Bits: < RsaPublicKey.MinBits };

    private static void CheckTags(KeyRecord record, in TagTable table, ImmutableArray<Diagnostic>.Builder diagnostics)
    {
        if (!table.TryFind("v"u8, out _))
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Info, 0, "v=DKIM1 is not there; it is recommended, as the first tag", "RFC 6376 §3.6.1"));
        if (!record.AllowsSha256)
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Error, PositionOf(table, "h"u8), "h= does not name sha256, the only hash that still counts: no signature can verify with this key", "RFC 8301 §3.1"));
        else if (table.TryFind("h"u8, out var hashes) && KeyRecord.Lists(table.Value(hashes), "sha1"u8))
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, hashes.ValuePosition, "h= allows sha1, which no longer counts; h=sha256 or no h= at all would be right", "RFC 8301 §3.1"));
        if (!record.ServesEmail)
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Error, PositionOf(table, "s"u8), "s= names neither email nor *: no signature of a message can verify with this key", "RFC 6376 §3.6.1"));
        if (record.IsTesting)
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, PositionOf(table, "t"u8), "t=y says that you are only testing: a message whose signature fails is treated as if it had none; take it out when you are done", "RFC 6376 §3.6.1"));
        if (IsTooShort(record))
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Error, PositionOf(table, "p"u8), $"the RSA key has {record.Key!.Bits} bits; signatures by keys under 1024 do not count", "RFC 8301 §3.2"));
        else if (record is { Type: KeyType.Rsa, Key.Bits: < 2048 })
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, PositionOf(table, "p"u8), $"the RSA key has {record.Key.Bits} bits; at least 2048 are recommended", "RFC 8301 §3.2"));
        else if (record is { Type: KeyType.Rsa, Key.Bits: > 4096 })
            diagnostics.Add(new Diagnostic(DiagnosticSeverity.Warning, PositionOf(table, "p"u8), $"the RSA key has {record.Key.Bits} bits; verifiers need not take more than 4096", "RFC 8301 §3.2"));
    }

    private static int PositionOf(in TagTable table, ReadOnlySpan<byte> name) => table.TryFind(name, out var tag) ? tag.ValuePosition : 0;

    private static bool IsKnown(ReadOnlySpan<byte> name) => name.Length == 1 && "vhknpst"u8.Contains(name[0]);

    private static string SectionOf(KeyRule rule) => rule switch
    {
        KeyRule.None or KeyRule.Version or KeyRule.NoKeyData => "RFC 6376 §3.6.1",
        KeyRule.Syntax or KeyRule.DuplicateTag or KeyRule.TooLong => "RFC 6376 §3.2",
        KeyRule.Revoked or KeyRule.UnknownType or KeyRule.KeyData => "RFC 6376 §6.1.2",
    };
}
