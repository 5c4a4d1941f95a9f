using System.Net;
using EmailAuth.Dns;
using EmailAuth.Spf;

namespace EmailAuth.Tests.Spf;

/// <summary>Short ways to check a mail against a zone written beside the test.</summary>
internal static class SpfChecks
{
    public const string Client = "192.0.2.1";

    /// <summary>Checks MAIL FROM user@example.com, HELO mail.example.net, unless the test says otherwise.</summary>
    public static Task<SpfResult> CheckAsync(IDnsResolver dns, string client = Client, string? mailFrom = "user@example.com", string helo = "mail.example.net", SpfOptions? options = null) =>
        new SpfEvaluator(dns, options).CheckMailFromAsync(IPAddress.Parse(client), helo, mailFrom).AsTask();

    public static Task<SpfResult> CheckAsync(string zone, string client = Client, string? mailFrom = "user@example.com", string helo = "mail.example.net", SpfOptions? options = null) =>
        CheckAsync(ZoneDnsResolver.Parse(zone), client, mailFrom, helo, options);

    /// <summary>Checks a record of example.com, with further zone lines behind it.</summary>
    public static Task<SpfResult> CheckRecordAsync(string record, string zone = "", string client = Client, string? mailFrom = "user@example.com", string helo = "mail.example.net") =>
        CheckAsync($"example.com. TXT {Strings(record)}\n{zone}", client, mailFrom, helo);

    /// <summary>Text as the strings of a TXT record in a master file.</summary>
    public static string Strings(string text) =>
        string.Join(' ', text.Chunk(255).Select(chunk => $"\"{string.Concat(chunk.Select(Escape))}\""));

    private static string Escape(char octet) =>
        octet is '"' or '\\' || octet is < ' ' or > '~' ? $"\\{(int)octet:D3}" : octet.ToString();
}
