using System.Net;
using System.Text.Json;
using EmailAuth;

namespace BatchAudit;

/// <summary>What the SMTP conversations told, by message: an array of objects with <c>file</c>, <c>ip</c>, <c>helo</c> and <c>mailFrom</c>.</summary>
internal static class SessionFile
{
    /// <summary>By the name of the file below the folder, with "/" between folders.</summary>
    /// <exception cref="FormatException">It is no such file.</exception>
    public static Dictionary<string, SmtpSession> Read(string path)
    {
        var sessions = new Dictionary<string, SmtpSession>();
        try
        {
            using var stream = File.OpenRead(path);
            using var document = JsonDocument.Parse(stream);
            foreach (var entry in document.RootElement.EnumerateArray())
            {
                var file = entry.GetProperty("file").GetString() ?? throw new FormatException("\"file\" is null.");
                var ip = entry.GetProperty("ip").GetString();
                if (!IPAddress.TryParse(ip, out var address))
                    throw new FormatException($"\"{ip}\" is not an IP address.");
                if (!sessions.TryAdd(file, new SmtpSession(address, Text(entry, "helo") ?? "", Text(entry, "mailFrom"))))
                    throw new FormatException($"\"{file}\" is there twice.");
            }
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException($"\"{path}\" does not tell sessions: {exception.Message}", exception);
        }
        return sessions;
    }

    private static string? Text(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) ? value.GetString() : null;
}
