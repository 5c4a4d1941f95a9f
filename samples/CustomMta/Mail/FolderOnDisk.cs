using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CustomMta.Mail;

/// <summary>
/// What a folder lists, forced to the disk. .NET flushes files only and opens no folder, so that this asks the system's C library. Windows has nothing of
/// the kind: NTFS keeps a journal of its names.
/// </summary>
internal static class FolderOnDisk
{
    private const int ReadOnly = 0;

    /// <summary>Returns when all names in the folder are on the disk.</summary>
    /// <exception cref="IOException">They are not.</exception>
    public static void Flush(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        using var handle = new SafeFileHandle(Open(path, ReadOnly), ownsHandle: true);
        if (handle.IsInvalid)
            throw new IOException($"The folder cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        RandomAccess.FlushToDisk(handle);   // fsync
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
}
