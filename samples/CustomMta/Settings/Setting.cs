using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CustomMta.Settings;

/// <summary>One setting: how it is called, what --help says of it, and how its text is read.</summary>
/// <param name="Key">Its key in the configuration.</param>
/// <param name="Option">A short name on the command line; null if it has none.</param>
/// <param name="Meaning">What it is for.</param>
/// <param name="Example">A value that it may have.</param>
/// <param name="Right">What its value has to be, for whoever wrote another one.</param>
/// <param name="TrySet">Reads the value; false for one that cannot be used.</param>
/// <param name="Read">The value as it is now; null for none.</param>
internal sealed record Setting(string Key, string? Option, string Meaning, string Example, string Right, Func<MtaOptions, string, bool> TrySet, Func<MtaOptions, string?> Read)
{
    /// <summary>As one writes it on the command line.</summary>
    public string Name => Option ?? "--" + Key;

    public static Setting Text(string key, string? option, string meaning, string example, Action<MtaOptions, string> set, Func<MtaOptions, string?> read) =>
        new(key, option, meaning, example, $"a name, such as {example}", (mta, text) => text.Length > 0 && Do(() => set(mta, text)), read);

    public static Setting Address(string key, string? option, string meaning, string example, Action<MtaOptions, string> set, Func<MtaOptions, string?> read) =>
        new(key, option, meaning, example, $"an IP address, such as {example}", (mta, text) => IsAddress(text) && Do(() => set(mta, text)), read);

    public static Setting Number(string key, string? option, string meaning, string example, long least, long most, Action<MtaOptions, long> set, Func<MtaOptions, long> read) =>
        new(key, option, meaning, example, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"),
            (mta, text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most && Do(() => set(mta, number)),
            mta => read(mta).ToString(CultureInfo.InvariantCulture));

    public static Setting Time(string key, string meaning, string example, Action<MtaOptions, TimeSpan> set, Func<MtaOptions, TimeSpan> read) =>
        new(key, null, meaning, example, "hours:minutes:seconds, such as 00:05:00, more than none and a day at most",
            (mta, text) => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero && time <= TimeSpan.FromDays(1) && Do(() => set(mta, time)),
            mta => read(mta).ToString("c", CultureInfo.InvariantCulture));

    /// <summary>In full: .NET takes "26" for 0.0.0.26.</summary>
    private static bool IsAddress(string text) =>
        IPAddress.TryParse(text, out var address) && (address.AddressFamily != AddressFamily.InterNetwork || text.Count(static character => character == '.') == 3);

    private static bool Do(Action set)
    {
        set();
        return true;
    }
}
