namespace EmailAuth.Guides.Tests;

/// <summary>One fenced block of a page.</summary>
/// <param name="Path">The page.</param>
/// <param name="Line">The number of its first line there.</param>
/// <param name="Language">What stands behind the fence.</param>
/// <param name="Lines">Its lines.</param>
internal sealed record CodeBlock(string Path, int Line, string Language, string[] Lines)
{
    public string Text => string.Join('\n', Lines) + "\n";

    public override string ToString() => $"{Path}:{Line}";
}
