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
    /// Shows a file that is whole, and has its new name on the disk before it returns: after a failure of the power it is there, and not under tmp, where nobody
    /// looks.
    /// </summary>
    public void Publish(MailFolder folder, string name)
    {
        var shown = Path.Combine(PathOf(folder), "new");
        File.Move(Path.Combine(PathOf(folder), "tmp", name), Path.Combine(shown, name), overwrite: false);
        FolderOnDisk.Flush(shown);
    }

    /// <summary>Takes away what was not published, if there is any.</summary>
    public void DeleteTemporary(MailFolder folder, string name) => File.Delete(Path.Combine(PathOf(folder), "tmp", name));

    /// <summary>Maildir++: a further folder is one that begins with a dot.</summary>
    private string PathOf(MailFolder folder) => folder switch
    {
        MailFolder.Inbox => _root,
        MailFolder.Junk => Path.Combine(_root, ".Junk"),
    };
}
