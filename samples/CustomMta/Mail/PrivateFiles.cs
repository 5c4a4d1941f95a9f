namespace CustomMta.Mail;

/// <summary>Files and folders that are for nobody else's eyes, whatever the umask says: they hold mail.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes the folder, where it is not there.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
    }

    /// <summary>Makes a new file.</summary>
    public static FileStream Create(string path, FileMode mode, FileAccess access, FileOptions options)
    {
        var creation = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.None, BufferSize = 64 << 10, Options = options };
        if (!OperatingSystem.IsWindows())
            creation.UnixCreateMode = OwnerOnly;
        return new FileStream(path, creation);
    }
}
