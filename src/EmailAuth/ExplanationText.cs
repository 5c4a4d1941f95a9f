using System.Globalization;
using System.Text.Json;
using EmailAuth.Dns;
using EmailAuth.Syntax;

namespace EmailAuth;

/// <summary>Texts of an explanation. What comes from outside goes through <see cref="Safe"/>.</summary>
internal static class ExplanationText
{
    private const int Longest = 500;

    public static string Safe(string text) => SafeText.OneLine(text, Longest);

    /// <summary>A record as a master file shows it, near enough for people.</summary>
    public static string Of(DnsRecord record) => record switch
    {
        TxtRecord text => $"\"{Octets.ToPrintable(text.Octets.Span, Longest).Replace("…", "...", StringComparison.Ordinal)}\"",
        AddressRecord address => address.Address.ToString(),
        MxRecord mx => string.Create(CultureInfo.InvariantCulture, $"{mx.Preference} {mx.Exchange}"),
        PtrRecord ptr => ptr.Target.ToString(),
        CnameRecord cname => cname.Target.ToString(),
        NsRecord ns => ns.Host.ToString(),
        _ => record.Type.ToString(),
    };

    /// <summary>A question and what came: <c>example.com TXT: "v=spf1 -all" (from 127.0.0.1:53, 3 s old, authenticated)</c>.</summary>
    public static string Of(DnsQuestion question, DnsAnswer answer, TimeSpan? age)
    {
        const int most = 4;
        var what = answer.Status switch
        {
            DnsStatus.NoError when answer.Records.Length > most => $"{string.Join(", ", answer.Records.Take(most).Select(Of))} and {answer.Records.Length - most} more",
            DnsStatus.NoError => string.Join(", ", answer.Records.Select(Of)),
            DnsStatus.NoData => "the name has no such record",
            DnsStatus.NxDomain => "the name does not exist",
            DnsStatus.ServFail => "the server failed",
            DnsStatus.Refused => "the server refused",
            DnsStatus.Timeout => "no answer came in time",
            DnsStatus.Malformed => "the answer was malformed",
            DnsStatus.OverBudget => "not asked or not waited for",
            DnsStatus.ResolverError => "the resolver failed",
        };
        var notes = new List<string>();
        if (answer.Server is { } server)
            notes.Add($"from {server}");
        if (age is { } known && known >= TimeSpan.FromSeconds(1))
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{known.TotalSeconds:0} s old"));
        if (answer.IsAuthenticated)
            notes.Add("authenticated");
        if (answer.IsStale)
            notes.Add("stale: asking anew failed");
        if (answer.Detail is { } detail)
            notes.Add(detail);
        return Safe($"{question}: {what}{(notes.Count == 0 ? "" : $" ({string.Join(", ", notes)})")}");
    }

    /// <summary>The name of a rule for programs.</summary>
    public static string RuleName<T>(string method, T reason)
        where T : struct, Enum => $"{method}.{JsonNamingPolicy.CamelCase.ConvertName(reason.ToString())}";
}
