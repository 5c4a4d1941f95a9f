namespace CustomMta.Mail;

/// <summary>
/// A mailbox as a folder with one file a message: written under tmp, then renamed into new, so that no reader ever sees half of one.
/// </summary>
internal sealed class Maildir
{
    private readonly string _root;

    public Maildir(string root)
    {
        _root = root;
        foreach (var folder in Enum.GetValues<MailFolder>())
        {
            PrivateFiles.CreateFolder(PathOf(folder));
            foreach (var part in (ReadOnlySpan<string>)["tmp", "new", "cur"])
                PrivateFiles.CreateFolder(Path.Combine(PathOf(folder), part));
        }
    }

    /// <summary>A new file, to be written.</summary>
    public FileStream CreateTemporary(MailFolder folder, string name) =>
        PrivateFiles.Create(Path.Combine(PathOf(folder), "tmp", name), FileMode.CreateNew, FileAccess.Write, FileOptions.Asynchronous);

    /// <summary>
    /// Shows a file that is whole. .NET opens no folder, so that the renaming itself is not forced to the disk: after a failure of the power the file may be under
    /// tmp still, whole. A server for real mail calls fsync on the folder.
    /// </summary>
    public void Publish(MailFolder folder, string name) =>
        File.Move(Path.Combine(PathOf(folder), "tmp", name), Path.Combine(PathOf(folder), "new", name), overwrite: false);

    /// <summary>Takes away what was not published, if there is any.</summary>
    public void DeleteTemporary(MailFolder folder, string name) => File.Delete(Path.Combine(PathOf(folder), "tmp", name));

    /// <summary>Maildir++: a further folder is one that begins with a dot.</summary>
    private string PathOf(MailFolder folder) => folder switch
    {
        MailFolder.Inbox => _root,
        MailFolder.Junk => Path.Combine(_root, ".Junk"),
    };
}
