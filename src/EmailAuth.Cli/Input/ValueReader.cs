using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EmailAuth.Cli.CommandLine;
using EmailAuth.Cli.Output;
using EmailAuth.Dns;

namespace EmailAuth.Cli.Input;

/// <summary>Reads the values of options. What is wrong ends in one line that says what would be right.</summary>
internal static class ValueReader
{
    private static readonly string[] TimeFormats =
        ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK", "yyyyMMdd'T'HHmmssK"];

    /// <summary>An IPv4 or IPv6 address without anything around it.</summary>
    public static IPAddress Address(Option option, string text)
    {
        // IPAddress also takes octal, hexadecimal and short forms, brackets, ports and zones.
#pragma warning disable RS0030 // The word of the one who runs the command, and only the canonical form is taken.
        if (IPAddress.TryParse(text, out var address)
#pragma warning restore RS0030
            && (address.AddressFamily == AddressFamily.InterNetwork ? address.ToString() == text : text.AsSpan().IndexOfAny('[', ']', '%') < 0))
            return address;
        throw new UsageException($"{option.Name}: {PlainText.Quoted(text)} is not an IP address; right would be 192.0.2.1 or 2001:db8::1.");
    }

    public static DomainName Domain(Option option, string text) => Domain(option.Name, text);

    public static DomainName Domain(string what, string text) =>
        DomainName.TryParse(text, out var name)
            ? name
            : throw new UsageException($"{what}: {PlainText.Quoted(text)} is not a domain name; right would be labels of letters, digits, \"-\" and \"_\" between dots, such as example.com.");

    /// <summary>Seconds since 1970, or a date and time of ISO 8601; without an offset it is UTC.</summary>
    public static DateTimeOffset Time(Option option, string text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            return DateTimeOffset.FromUnixTimeSeconds(seconds);
        if (DateTimeOffset.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) && time >= DateTimeOffset.UnixEpoch)
            return time;
        throw new UsageException($"{option.Name}: {PlainText.Quoted(text)} is no moment; right would be seconds since 1970 such as 1700000000, or 2026-05-01T12:00:00Z.");
    }

    /// <summary>Seconds, with a fraction or not.</summary>
    public static TimeSpan Seconds(Option option, string text, double least, double most)
    {
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds >= least && seconds <= most)
            return TimeSpan.FromSeconds(seconds);
        throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{option.Name}: {PlainText.Quoted(text)} is not fit; right would be a number of seconds from {least} to {most}."));
    }

    public static int Number(Option option, string text, int least, int most)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        throw new UsageException($"{option.Name}: {PlainText.Quoted(text)} is not fit; right would be a number from {least} to {most}.");
    }

    /// <summary>One of some words, whatever its case.</summary>
    public static T Word<T>(string what, string text, params ReadOnlySpan<(string Word, T Value)> words)
    {
        foreach (var (word, value) in words)
        {
            if (word.Equals(text, StringComparison.OrdinalIgnoreCase))
                return value;
        }
        var known = new List<string>();
        foreach (var (word, _) in words)
            known.Add(word);
        throw new UsageException($"{what}: {PlainText.Quoted(text)} is not known; right would be {string.Join(", ", known.SkipLast(1))} or {known[^1]}.");
    }
}
