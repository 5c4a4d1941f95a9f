namespace EmailAuth.Tests;

/// <summary>Where things lie in this checkout.</summary>
internal static class Repository
{
    /// <summary>The folder that holds EmailAuth.sln.</summary>
    public static string Root { get; } = FindRoot();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "EmailAuth.sln")))
                return folder;
        }
        throw new InvalidOperationException("EmailAuth.sln is in none of the folders above the tests' output.");
    }
}
