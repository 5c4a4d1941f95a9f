namespace CustomMta.Mail;

/// <summary>Files of messages that are arriving. They end with the conversation; what a crash leaves behind goes at the next start, as no client was told 250 for it.</summary>
internal sealed class Spool
{
    private readonly string _folder;
    private long _count;

    public Spool(string folder)
    {
        _folder = folder;
        PrivateFiles.CreateFolder(folder);
        foreach (var file in Directory.EnumerateFiles(folder, "*.spool"))
            File.Delete(file);
    }

    public FileStream Create() => PrivateFiles.Create(
        Path.Combine(_folder, $"{Environment.ProcessId}-{Interlocked.Increment(ref _count)}.spool"),
        FileMode.Create, FileAccess.ReadWrite, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
}
