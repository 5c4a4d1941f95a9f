namespace CustomMta.Mail;

/// <summary>Files of messages that are arriving. They end with the conversation; what a crash leaves behind goes at the next start, as no client was told 250 for it.</summary>
internal sealed class Spool
{
    /// <summary>Beside the mailboxes; no name for one of them.</summary>
    public const string FolderName = "spool";

    private readonly string _folder;

    public Spool(string parent)
    {
        _folder = Path.Combine(parent, FolderName);
        PrivateFiles.CreateFolder(_folder);
        foreach (var file in Directory.EnumerateFiles(_folder, "*.spool"))
            File.Delete(file);
    }

    public FileStream Create(string name) => PrivateFiles.Create(
        Path.Combine(_folder, name + ".spool"),
        FileMode.CreateNew, FileAccess.ReadWrite, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
}
