using EmailAuth.Dns;

namespace EmailAuth.Spf;

/// <summary>What a TXT answer is for SPF (RFC 7208 §4.5): one record, or the reason why there is none to evaluate. Made once for each answer.</summary>
internal sealed class SpfRecordSelection
{
    private SpfRecordSelection(SpfRecord? record, SpfReason defect)
    {
        Record = record;
        Defect = defect;
    }

    /// <summary>The record; also where it has a syntax error, to tell it.</summary>
    public SpfRecord? Record { get; }

    /// <summary>Why there is no record to evaluate; <see cref="SpfReason.NotChecked"/> if there is one.</summary>
    public SpfReason Defect { get; }

    public static SpfRecordSelection Of(DnsAnswer answer) => answer.GetParsed(static answer => Select(answer));

    private static SpfRecordSelection Select(DnsAnswer answer)
    {
        TxtRecord? selected = null;
        foreach (var record in answer.Records)
        {
            if (record is not TxtRecord text || !SpfRecord.IsSpfRecord(text.Octets.Span))
                continue;
            // RFC 7208 §3.2, §4.5: more than one is a permerror, even if they are the same.
            if (selected is not null)
                return new SpfRecordSelection(null, AllEqual(answer, selected) ? SpfReason.IdenticalRecords : SpfReason.MultipleRecords);
            selected = text;
        }
        if (selected is null)
            return new SpfRecordSelection(null, SpfReason.NoRecord);
        if (selected.Octets.Length > SpfRecord.MaxLength)
            return new SpfRecordSelection(null, SpfReason.RecordTooLong);
        var read = SpfRecord.Read(selected.Octets, findAllErrors: false);
        return new SpfRecordSelection(read, read.Errors.Length > 0 ? SpfReason.SyntaxError : SpfReason.NotChecked);
    }

    private static bool AllEqual(DnsAnswer answer, TxtRecord first)
    {
        foreach (var record in answer.Records)
        {
            if (record is TxtRecord text && SpfRecord.IsSpfRecord(text.Octets.Span) && !text.Equals(first))
                return false;
        }
        return true;
    }
}
