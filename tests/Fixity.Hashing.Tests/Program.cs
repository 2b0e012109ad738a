using Fixity.Hashing.Blake3;
using Fixity.Hashing.Tests.Blake3;

// Run by OtherProcessorsTests: what this process makes of the lengths, on the kernel it chose.
Console.WriteLine(Blake3Kernel.Best.GetType().Name);
Console.WriteLine(EveryLength.Summary(Blake3Kernel.Best));
