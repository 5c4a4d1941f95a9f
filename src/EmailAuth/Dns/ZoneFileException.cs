namespace EmailAuth.Dns;

/// <summary>A master file that could not be read: which file, which line, what was expected.</summary>
public sealed class ZoneFileException : FormatException
{
    internal ZoneFileException(string fileName, int line, string problem)
        : base($"{fileName}:{line}: {problem}")
    {
        FileName = fileName;
        Line = line;
    }

    /// <summary>The file as it was named.</summary>
    public string FileName { get; }

    /// <summary>The line, counted from 1.</summary>
    public int Line { get; }
}
