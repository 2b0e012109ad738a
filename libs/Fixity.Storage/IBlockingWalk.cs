using Fixity.Core;

namespace Fixity.Storage;

/// <summary>A walk whose calls block, and may hang: <see cref="EntryBlocks"/> gives it a thread, and leaves it if it must.</summary>
public interface IBlockingWalk
{
    /// <summary>The range key of the directory that the call in hand is about. Asked only while that call hangs.</summary>
    FilePath InHand { get; }

    /// <summary>Writes entries in path order, each call to the storage between <see cref="EntryWriter.CallBegins"/> and
    /// <see cref="EntryWriter.CallEnded"/>; ends early by an exception.</summary>
    void Run();
}
