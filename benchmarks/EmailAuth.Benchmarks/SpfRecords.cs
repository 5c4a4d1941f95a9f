namespace EmailAuth.Benchmarks;

/// <summary>The SPF records of a large sender: five includes on two levels with 100 networks.</summary>
internal static class SpfRecords
{
    public static readonly (string Name, string Record)[] All =
    [
        ("news.example.com", "v=spf1 ip4:192.0.2.10 include:_spf.provider.example include:crm.example include:shop.example -all"),
        ("_spf.provider.example", "v=spf1 include:_blocks1.provider.example include:_blocks2.provider.example ~all"),
        ("_blocks1.provider.example", $"v=spf1 {Networks(1, 30)} ~all"),
        ("_blocks2.provider.example", $"v=spf1 {Networks(2, 30)} ip6:2001:db8:4000::/36 ip6:2001:db8:8000::/36 ~all"),
        ("crm.example", $"v=spf1 {Networks(3, 20)} ~all"),
        ("shop.example", $"v=spf1 {Networks(4, 17)} ip4:203.0.113.64/27 ~all"),
    ];

    /// <summary>The records as a master file.</summary>
    public static string ZoneText { get; } = string.Concat(All.Select(entry => $"{entry.Name}. 3600 TXT {Strings(entry.Record)}\n"));

    private static string Networks(int second, int count) => string.Join(' ', Enumerable.Range(1, count).Select(i => $"ip4:10.{second}.{i}.0/24"));

    private static string Strings(string text) => string.Join(' ', text.Chunk(250).Select(part => $"\"{new string(part)}\""));
}
