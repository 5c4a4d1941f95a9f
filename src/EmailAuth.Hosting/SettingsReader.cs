using System.Globalization;
using System.Numerics;
using Microsoft.Extensions.Configuration;

namespace EmailAuth.Hosting;

/// <summary>
/// Reads what stands at one place of the configuration, without reflection, and notes every fault with the whole path, the value, and what would be right.
/// </summary>
/// <param name="place">The place.</param>
/// <param name="path">Its path; empty for the root of the configuration.</param>
/// <param name="faults">Where faults are noted.</param>
internal sealed class SettingsReader(IConfiguration place, string path, IList<string> faults)
{
    private string? Value => (place as IConfigurationSection)?.Value;

    // ---- Sections ----

    public void ReadSection<TOptions>(TOptions options, SettingKey<TOptions>[] keys)
    {
        if (string.IsNullOrEmpty(Value))
            ReadKeys(options, keys);
        else
            Refuse($"right would be a section, with the keys {NamesOf(keys)}");
    }

    public void ReadKeys<TOptions>(TOptions options, SettingKey<TOptions>[] keys)
    {
        foreach (var child in place.GetChildren())
        {
            var at = At(child);
            if (Array.Find(keys, key => key.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase)) is { Read: { } read })
                read(options, at);
            else
                at.RefuseKey(child, UnknownKey.WhatWouldBeRight(child.Key, path, [.. keys.Select(static key => key.Name)]));
        }
    }

    // ---- Lists ----

    public void AddTexts(IList<string> to) => ReadList(item =>
    {
        if (item.Text(null) is { } text)
            to.Add(text);
    });

    public void AddSections<TOptions>(IList<TOptions> to, SettingKey<TOptions>[] keys)
        where TOptions : new() => ReadList(item =>
        {
            var options = new TOptions();
            item.ReadSection(options, keys);
            to.Add(options);
        });

    private void ReadList(Action<SettingsReader> read)
    {
        if (!string.IsNullOrEmpty(Value))
        {
            Refuse("right would be a list, whose first item has the key 0");
            return;
        }
        foreach (var child in place.GetChildren())
        {
            var at = At(child);
            if (int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                read(at);
            else
                at.RefuseKey(child, $"{path} is a list with the keys 0, 1, 2 and so on");
        }
    }

    // ---- One value. An empty one is one left out, but for texts. ----

    public string? Text(string? otherwise) => IsOneValue() && Value is { } text ? text : otherwise;

    public bool? YesOrNo(bool? otherwise) => IsEmpty() ? otherwise : bool.TryParse(Value, out var value) ? value : Refuse("right would be true or false", otherwise);

    public bool YesOrNo(bool otherwise) => YesOrNo((bool?)otherwise) ?? otherwise;

    public T? Number<T>(T? otherwise)
        where T : struct, IBinaryInteger<T> =>
        IsEmpty() ? otherwise
        : T.TryParse(Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value
        : Refuse(BigInteger.TryParse(Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out _) ? "it is out of all bounds" : "right would be a whole number", otherwise);

    /// <summary>Only with a colon: a bare number would be days, where seconds are meant.</summary>
    public TimeSpan? Time(TimeSpan? otherwise) =>
        IsEmpty() ? otherwise
        : Value!.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(Value, CultureInfo.InvariantCulture, out var value) ? value
        : Refuse("right would be a time, written as hours:minutes:seconds, such as 00:00:05 or 00:00:00.250, with days before a dot, such as 1.00:00:00", otherwise);

    /// <summary>By its name alone: neither by its number nor as a list of names.</summary>
    public T? Word<T>(T? otherwise)
        where T : struct, Enum =>
        IsEmpty() ? otherwise
        : Array.Find(Enum.GetNames<T>(), name => name.Equals(Value, StringComparison.OrdinalIgnoreCase)) is { } word ? Enum.Parse<T>(word)
        : Refuse($"right would be {string.Join(", ", Enum.GetNames<T>())}", otherwise);

    private bool IsEmpty() => !IsOneValue() || string.IsNullOrEmpty(Value);

    private bool IsOneValue()
    {
        if (!place.GetChildren().Any())
            return true;
        Refuse("right would be one value, without keys below it");
        return false;
    }

    // ---- Faults ----

    private SettingsReader At(IConfigurationSection child) => new(child, path.Length == 0 ? child.Key : $"{path}:{child.Key}", faults);

    private void RefuseKey(IConfigurationSection child, string right) =>
        Note(child.Value is null ? "is set" : $"is {Shown(child.Value)}", $"no such key, {right}");

    private void Refuse(string right) => Note(Value is null ? "has keys" : $"is {Shown(Value)}", right);

    private T Refuse<T>(string right, T otherwise)
    {
        Refuse(right);
        return otherwise;
    }

    private string Shown(string value) => UnknownKey.MayBeSecret(path, value) ? "\"(not shown)\"" : $"\"{LogText.InQuotes(value)}\"";

    private void Note(string what, string right) => faults.Add($"{LogText.Of(path)} {what}: {right}.");

    private static string NamesOf<TOptions>(SettingKey<TOptions>[] keys) => string.Join(", ", keys.Select(static key => key.Name));
}
