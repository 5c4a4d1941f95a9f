namespace BatchAudit;

/// <summary>The messages below a folder: files named *.eml, and those in cur and new of a Maildir whatever their names. Links are not followed.</summary>
internal static class MessageFolder
{
    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        IgnoreInaccessible = true,
        AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Device,
    };

    public static IEnumerable<string> Enumerate(string folder) => Directory.EnumerateFiles(folder, "*", Everything).Where(IsMessage);

    /// <summary>As the report names it.</summary>
    public static string NameOf(string folder, string path) => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');

    private static bool IsMessage(string path)
    {
        if (path.EndsWith(".eml", StringComparison.OrdinalIgnoreCase))
            return true;
        var folder = Path.GetDirectoryName(path)!;
        return Path.GetFileName(folder) is "cur" or "new"
            && Path.GetDirectoryName(folder) is { } maildir
            && Directory.Exists(Path.Combine(maildir, "cur"))
            && Directory.Exists(Path.Combine(maildir, "new"))
            && Directory.Exists(Path.Combine(maildir, "tmp"));
    }
}
