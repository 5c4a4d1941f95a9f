using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using EmailAuth.Cli.CommandLine;

namespace EmailAuth.Cli.Output;

/// <summary>Writes the one JSON document of a call to standard output, and nothing else there.</summary>
internal static class JsonOutput
{
    public static readonly Option Option = new("--json", null, "one JSON document on standard output");

    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes what the callback writes, and a line end.</summary>
    public static void Write(CommandIo io, Action<Utf8JsonWriter> write)
    {
        using var document = new JsonDocumentOutput(io.Output, Options);
        write(document.Writer);
        document.End();
    }

    /// <summary>A document that grows piece by piece.</summary>
    public static JsonDocumentOutput Open(CommandIo io) => new(io.Output, Options);

    public static void WriteStrings(this Utf8JsonWriter json, string name, ImmutableArray<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    public static void WriteNumberOrNull(this Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    public static void WriteBooleanOrNull(this Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } truth)
            json.WriteBoolean(name, truth);
        else
            json.WriteNull(name);
    }

    /// <summary>A name of the program's own, such as that of a rule, in the spelling of JSON members.</summary>
    public static void WriteName(this Utf8JsonWriter json, string name, string value) =>
        json.WriteString(name, JsonNamingPolicy.CamelCase.ConvertName(value));
}
